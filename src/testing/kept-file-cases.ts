import assert from 'node:assert/strict';
import { isMillraceError } from '../core/errors.ts';
import type { CheckpointStore, KeptFile } from '../interfaces/checkpoint.ts';
import { hasCode, idsOf, opened, PIPELINE, text } from './opened-store.ts';

/** Files can be appended to, and read meanwhile. */
export async function keepsFiles(store: CheckpointStore): Promise<void> {
  await opened(store, async (session) => {
    assert.deepEqual(await session.files(), []);
    const file = await session.createFile('run-1');
    assert.equal(file.bytes, 0);
    assert.equal(await file.read(new Uint8Array(4), 0), 0);
    const block = Buffer.from('abc');
    await file.append(block);
    block.fill('-');
    await file.append(Buffer.alloc(0));
    await file.append(Buffer.from('defgh'));
    await file.sync();
    await file.sync();
    assert.equal(file.bytes, 8);
    const into = Buffer.alloc(4);
    const read = async (position: number) => into.toString('latin1', 0, await file.read(into, position));
    assert.deepEqual(
      [await read(0), await read(2), await read(6), await read(8)],
      ['abcd', 'cdef', 'gh', ''],
    );
    await file.append(Buffer.from('i'));
    assert.equal(await read(6), 'ghi');
    await session.createFile('run-2').then((other) => other.close());
    assert.deepEqual([...(await session.files())].sort(), ['run-1', 'run-2']);
    assert.deepEqual(await idsOf(session), [], 'a file is taken for a checkpoint');
    await Promise.all([file.close(), file.close()]);
    await session.removeFile('run-1');
    await session.removeFile('run-1');
    assert.deepEqual(await session.files(), ['run-2']);
  });
}

/** What was written is there for whoever opens the store later. */
export async function filesOutlive(
  store: CheckpointStore,
  again: (store: CheckpointStore) => CheckpointStore | Promise<CheckpointStore>,
): Promise<void> {
  const piece = Buffer.from(Uint8Array.from({ length: 30_000 }, (_, index) => index * 7 + (index >> 8)));
  await opened(store, async (session) => {
    const file = await session.createFile('f');
    for (let count = 0; count < PIECES; count++) await file.append(piece);
    await file.sync();
    await file.close();
    await session.write(1, text('one'));
  });
  const later = await again(store);
  assert.deepEqual(await (await later.inspect({ pipeline: PIPELINE })).files(), ['f']);
  assert.deepEqual(await (await later.inspect({ pipeline: 'another' })).files(), []);
  await opened(later, async (session) => {
    assert.deepEqual(await session.files(), ['f']);
    await hasPieces(await session.openFile('f'), piece);
  });
}

/** Whoever looks at the checkpoints reads files, too: without the lock, whether somebody has it or not. */
export async function filesAreLookedAt(
  store: CheckpointStore,
  again: (store: CheckpointStore) => CheckpointStore | Promise<CheckpointStore>,
): Promise<void> {
  const piece = Buffer.from(Uint8Array.from({ length: 20_000 }, (_, index) => index * 11 + (index >> 8)));
  const other = await again(store);
  const view = await other.inspect({ pipeline: PIPELINE });
  await assert.rejects(view.openFile('f'), hasCode('ERR_NOT_FOUND'), 'there is no store yet');
  await opened(store, async (session) => {
    const file = await session.createFile('f');
    for (let count = 0; count < PIECES; count++) await file.append(piece);
    await file.sync();
    await hasPieces(await view.openFile('f'), piece);
    const [one, two] = [await view.openFile('f'), await view.openFile('f')];
    await file.append(piece);
    const into = Buffer.alloc(8);
    for (const opened of [one, two]) {
      assert.equal(await opened.read(into, 0), into.length);
      assert.deepEqual(into, piece.subarray(0, into.length));
      await opened.close();
    }
    await file.close();
  });
  const strange = await other.inspect({ pipeline: 'another' });
  await assert.rejects(strange.openFile('f'), hasCode('ERR_NOT_FOUND'), 'it shows the file of another');
  await assert.rejects(view.openFile('other'), hasCode('ERR_NOT_FOUND'));
  await assert.rejects(view.openFile('../f'), isMillraceError, 'it took what is no name');
  await opened(store, (session) => session.removeFile('f'));
  await assert.rejects(view.openFile('f'), hasCode('ERR_NOT_FOUND'));
}

/** How often files have their piece. */
const PIECES = 10;

/** A file that was opened again has its pieces, takes no more, and may be closed twice. */
async function hasPieces(file: KeptFile, piece: Uint8Array): Promise<void> {
  assert.equal(file.bytes, PIECES * piece.length);
  const into = Buffer.alloc(piece.length + 1);
  for (let at = 0, count = 0; at < file.bytes; at += count) {
    count = await file.read(into, at);
    assert.ok(count > 0, 'it ends too early');
    for (let index = 0; index < count; index++) {
      if (into[index] !== piece[(at + index) % piece.length]) assert.fail(`byte ${at + index} is another`);
    }
  }
  assert.equal(await file.read(into, file.bytes), 0);
  await assert.rejects(file.append(piece), hasCode('ERR_CHECKPOINT'), 'it took more');
  await Promise.all([file.close(), file.close()]);
}

/** Names that are none, and those that are there. */
export async function refusesFiles(store: CheckpointStore): Promise<void> {
  await opened(store, async (session) => {
    for (const name of ['', '..', 'a/b', 'a.b', 'ä', 'x'.repeat(65)]) {
      await assert.rejects(session.createFile(name), hasCode('ERR_CHECKPOINT'), `it took ${name}`);
    }
    await session.createFile('x'.repeat(64)).then((file) => file.close());
    await assert.rejects(session.createFile('x'.repeat(64)), hasCode('ERR_CHECKPOINT'));
    await assert.rejects(session.openFile('other'), hasCode('ERR_NOT_FOUND'));
  });
}
