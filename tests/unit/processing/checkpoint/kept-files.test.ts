import { expect, test } from 'vitest';
import type { KeptFile } from '../../../../src/interfaces/checkpoint.ts';
import { KeptFiles } from '../../../../src/processing/checkpoint/kept-files.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';

async function opened(had: ReadonlyMap<number, readonly string[]> = new Map(), keep = 2) {
  const session = await memoryStore({ keep }).open({ pipeline: 'p' });
  for (const id of had.keys()) await session.write(id, []);
  for (const name of new Set([...had.values()].flat())) await session.createFile(name);
  const present = await session.files();
  return { session, files: new KeptFiles({ session, prefix: 'run', present, had }) };
}

const names = (list: readonly string[]) => [...list].sort();

test('a file stays as long as its node has it, or a checkpoint that is there', async () => {
  const { session, files } = await opened();
  const node = files.of('sort');
  const [one, two] = [await node.create(), await node.create()];
  const first = files.tell('sort');
  expect(names(first)).toEqual(names([one.name, two.name]));
  await session.write(1, []);
  files.has(1, first);
  node.drop(one.name);
  await files.collect();
  expect(names(await session.files())).toEqual(names([one.name, two.name]));
  for (const id of [2, 3]) {
    const told = files.tell('sort');
    await session.write(id, []);
    files.has(id, told);
  }
  await files.collect();
  expect(await session.files()).toEqual([two.name]);
});

test('what a node drops while the checkpoint that has it is under way stays until that is there', async () => {
  const { session, files } = await opened();
  const node = files.of('sort');
  const file = await node.create();
  const told = files.tell('sort');
  node.drop(file.name);
  await files.collect();
  expect(await session.files()).toEqual([file.name]);
  files.gaveUp();
  await files.collect();
  expect(await session.files()).toEqual([]);
  expect(told).toEqual([file.name]);
});

test('files of an earlier run stay where their node takes them up, and go with the last checkpoint that has them', async () => {
  const { session, files } = await opened(new Map([[7, ['a', 'b']]]), 1);
  files.of('sort').retain('a');
  await files.collect();
  expect(names(await session.files())).toEqual(['a', 'b']);
  await session.write(8, []);
  files.has(8, files.tell('sort'));
  await files.collect();
  expect(await session.files()).toEqual(['a']);
  files.letGo('sort');
  await session.write(9, []);
  files.has(9, files.tell('sort'));
  await files.collect();
  expect(await session.files()).toEqual([]);
});

test('only files that a checkpoint has are brought to the disk for it', async () => {
  const { files } = await opened();
  const [kept, other] = [await files.of('sort').create(), await files.of('join').create()];
  const synced: string[] = [];
  for (const file of [kept, other]) {
    file.sync = async () => void synced.push(file.name);
  }
  await files.sync(files.tell('sort'));
  expect(synced).toEqual([kept.name]);
});

test('a file that is made while others are removed stays', async () => {
  const { session, files } = await opened();
  const node = files.of('sort');
  const old = await node.create();
  node.drop(old.name);
  const made: KeptFile[] = [];
  const { list, removeFile } = session;
  session.list = async () => {
    made.push(await node.create());
    const present = await list.call(session);
    // Between its answer and what is done with it.
    queueMicrotask(() => void node.create().then((file) => made.push(file)));
    return present;
  };
  session.removeFile = async (name) => {
    if (made.length < 3) made.push(await node.create());
    await removeFile.call(session, name);
  };
  await files.collect();
  expect(made).toHaveLength(3);
  expect(names(await session.files())).toEqual(names(made.map(({ name }) => name)));
  for (const file of made) await file.append(Buffer.from('still open'));
});
