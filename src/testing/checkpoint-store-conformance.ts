import assert from 'node:assert/strict';
import { isMillraceError } from '../core/errors.ts';
import type { CheckpointSession, CheckpointStore } from '../interfaces/checkpoint.ts';
import { filesAreLookedAt, filesOutlive, keepsFiles, refusesFiles } from './kept-file-cases.ts';
import { hasCode, idsOf, opened, PIPELINE, text, textOf } from './opened-store.ts';
import type { ConformanceCase } from './operator-conformance.ts';
import { apart, names } from './store-pipeline-cases.ts';
import { withoutLeak } from './without-leak.ts';

/** What the suite has to know of a store in order to judge it. */
export interface CheckpointStoreCases {
  /** How many checkpoints it keeps; at least 2. @default 3 */
  readonly keep?: number;
  /** Makes another store of the same place, as another process would; absent where that is in memory. */
  readonly again?: (store: CheckpointStore) => CheckpointStore | Promise<CheckpointStore>;
  /** Makes stores that fail while checkpoint 2 is written, by what fails. */
  readonly faults?: Readonly<Record<string, () => CheckpointStore | Promise<CheckpointStore>>>;
  /** What a leak would change, e.g. the number of open files. */
  readonly leaks?: () => unknown;
}

/**
 * The cases that every store of checkpoints must pass, for whichever test framework. `make` gives an empty store each time.
 *
 * @example
 * ```ts
 * import { checkpointStoreConformance, memoryStore } from 'millrace/testing';
 *
 * for (const { name, run } of checkpointStoreConformance('memory', () => memoryStore())) {
 *   await run();
 *   console.log(`ok ${name}`);
 * }
 * ```
 */
export function checkpointStoreConformance(
  name: string,
  make: () => CheckpointStore | Promise<CheckpointStore>,
  cases: CheckpointStoreCases = {},
): readonly ConformanceCase[] {
  const { keep = 3, again = (store) => store } = cases;
  const suite: [string, (store: CheckpointStore) => Promise<void>][] = [
    ['is a frozen description with a label', isDescription],
    ['is empty at first, and makes nothing when it is looked at', isEmpty],
    ['gives back the bytes that it was given, in chunks of any size', givesBack],
    ['lists the newest first, with their bytes and times', lists],
    ['shows what was written to whoever opens it later', (store) => outlives(store, again)],
    [`keeps the last ${keep}`, (store) => keeps(store, keep)],
    ['refuses ids that do not increase, and what is none', refusesIds],
    ['does not take up the id of a checkpoint that was removed', removes],
    ['says what it has not', (store) => opened(store, missing)],
    ['leaves what was there when the chunks fail on the way', chunksFail],
    ['takes chunks as they are made, and closes what makes them', pulls],
    ['keeps pipelines apart', apart],
    ['names the pipelines that have checkpoints, and no others', (store) => names(store, again)],
    ['does what is asked at the same time in order', overlaps],
    ['refuses a second owner, naming the first, and lets it look', (store) => refusesSecond(store, again)],
    ['is free again when it is closed', closes],
    ['keeps files beside the checkpoints, which can be read while they grow', keepsFiles],
    ['shows files to whoever opens it later, for reading only', (store) => filesOutlive(store, again)],
    ['lets whoever looks at it read files', (store) => filesAreLookedAt(store, again)],
    ['refuses names that are none, those that are there, and files that are not', refusesFiles],
  ];
  const all = suite.map(([title, test]): [string, () => Promise<void>] => [
    title,
    async () => test(await make()),
  ]);
  for (const [fault, faulty] of Object.entries(cases.faults ?? {})) {
    all.push([`says so and keeps what was there when ${fault}`, async () => failsLoudly(await faulty())]);
  }
  return all.map(([title, run]) => ({ name: `${name} ${title}`, run: () => withoutLeak(run, cases.leaks) }));
}

async function isDescription(store: CheckpointStore): Promise<void> {
  assert.ok(Object.isFrozen(store), 'the description can be changed');
  assert.match(store.label, /\S/, 'there is no label');
}

async function isEmpty(store: CheckpointStore): Promise<void> {
  const view = await store.inspect({ pipeline: PIPELINE });
  assert.deepEqual(await view.list(), []);
  await assert.rejects(view.read(1), hasCode('ERR_NOT_FOUND'));
  await opened(store, async (session) => assert.deepEqual(await session.list(), []));
  assert.deepEqual(await view.list(), []);
}

async function givesBack(store: CheckpointStore): Promise<void> {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index * 7 + (index >> 8));
  await opened(store, async (session) => {
    for (const [index, size] of [1000, 7, 1 << 20].entries()) {
      const chunks: Uint8Array[] = [new Uint8Array()];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      await session.write(index + 1, chunks);
      assert.deepEqual(new Uint8Array(await session.read(index + 1)), bytes);
    }
    await session.write(9, []);
    assert.equal((await session.read(9)).length, 0);
  });
}

async function lists(store: CheckpointStore): Promise<void> {
  const before = Date.now();
  await opened(store, async (session) => {
    await session.write(2, text('two'));
    await session.write(10, text('ten, which sorts before two as text'));
    const [newest, oldest, ...others] = await session.list();
    assert.deepEqual([newest?.id, oldest?.id, others.length], [10, 2, 0]);
    assert.equal(oldest!.bytes, 3);
    for (const { time } of [newest!, oldest!]) {
      assert.ok(Number.isSafeInteger(time), `the time is ${time}`);
      // Clocks of disks may be coarse, or others than that of the process.
      assert.ok(Math.abs(time - before) < 24 * 3_600_000, 'the time is not that of the writing');
    }
  });
}

async function outlives(
  store: CheckpointStore,
  again: (store: CheckpointStore) => CheckpointStore | Promise<CheckpointStore>,
): Promise<void> {
  await opened(store, (session) => session.write(1, text('one')));
  const later = await again(store);
  await opened(later, async (session) => {
    assert.equal(await textOf(session, 1), 'one');
    await assert.rejects(session.write(1, text('again')), hasCode('ERR_CHECKPOINT'));
    await session.write(2, text('two'));
  });
  assert.deepEqual(await idsOf(await later.inspect({ pipeline: PIPELINE })), [2, 1]);
}

async function keeps(store: CheckpointStore, keep: number): Promise<void> {
  await opened(store, async (session) => {
    for (let id = 1; id <= keep + 3; id++) {
      await session.write(id, text(`checkpoint ${id}`));
      const kept = Array.from({ length: Math.min(id, keep) }, (_, index) => id - index);
      assert.deepEqual(await idsOf(session), kept);
      for (const one of kept) assert.equal(await textOf(session, one), `checkpoint ${one}`);
    }
  });
}

async function refusesIds(store: CheckpointStore): Promise<void> {
  await opened(store, async (session) => {
    await session.write(5, text('five'));
    for (const id of [5, 4, 0, -1, 5.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      await assert.rejects(session.write(id, text('other')), hasCode('ERR_CHECKPOINT'), `it took ${id}`);
    }
    assert.deepEqual(await idsOf(session), [5]);
    assert.equal(await textOf(session, 5), 'five');
  });
}

async function removes(store: CheckpointStore): Promise<void> {
  await opened(store, async (session) => {
    await session.write(1, text('one'));
    await session.write(2, text('two'));
    await session.remove(2);
    await session.remove(2);
    await session.remove(77);
    assert.deepEqual(await idsOf(session), [1]);
    await assert.rejects(session.write(2, text('two')), hasCode('ERR_CHECKPOINT'));
    await session.write(3, text('three'));
    assert.deepEqual(await idsOf(session), [3, 1]);
  });
}

async function missing(session: CheckpointSession): Promise<void> {
  await assert.rejects(session.read(1), hasCode('ERR_NOT_FOUND'));
}

async function chunksFail(store: CheckpointStore): Promise<void> {
  const cause = new Error('the state cannot be encoded');
  await opened(store, async (session) => {
    await session.write(1, text('one'));
    const failing = (function* () {
      yield* text('half of it');
      throw cause;
    })();
    await assert.rejects(session.write(2, failing), (error) => error === cause);
    assert.deepEqual(await idsOf(session), [1]);
    await session.write(2, text('two'));
    assert.equal(await textOf(session, 2), 'two');
  });
}

async function pulls(store: CheckpointStore): Promise<void> {
  let [pulled, closed] = [0, false];
  await opened(store, async (session) => {
    const chunks = (function* () {
      try {
        for (; pulled < 3; pulled++) yield Buffer.from(`${pulled}`);
      } finally {
        closed = true;
      }
    })();
    assert.equal(pulled, 0, 'it pulled before it was asked to write');
    await session.write(1, chunks);
    assert.ok(closed, 'the source was left open');
    assert.equal(await textOf(session, 1), '012');
  });
}

async function overlaps(store: CheckpointStore): Promise<void> {
  const session = await store.open({ pipeline: PIPELINE });
  const writing = [1, 2].map((id) => session.write(id, text(`${id}`)));
  const listing = session.list();
  const closing = session.close();
  await Promise.all(writing);
  assert.deepEqual(
    (await listing).map(({ id }) => id),
    [2, 1],
  );
  await closing;
}

async function refusesSecond(
  store: CheckpointStore,
  again: (store: CheckpointStore) => CheckpointStore | Promise<CheckpointStore>,
): Promise<void> {
  const second = await again(store);
  await opened(store, async (session) => {
    await session.write(1, text('one'));
    for (const takeOver of [false, true]) {
      await assert.rejects(second.open({ pipeline: PIPELINE, takeOver }), (error) => {
        assert.ok(isMillraceError(error) && error.code === 'ERR_LOCKED', 'it is not ERR_LOCKED');
        assert.match(error.message, new RegExp(`process ${process.pid}\\b`), 'the owner is not named');
        assert.match(error.hint ?? '', /\S/, 'there is no hint');
        return true;
      });
    }
    assert.equal(await textOf(await second.inspect({ pipeline: PIPELINE }), 1), 'one');
    await session.write(2, text('two'));
  });
}

async function closes(store: CheckpointStore): Promise<void> {
  const session = await store.open({ pipeline: PIPELINE });
  await Promise.all([session.close(), session.close()]);
  await session.close();
  for (const use of [() => session.write(1, text('one')), () => session.list(), () => session.remove(1)]) {
    await assert.rejects(use, hasCode('ERR_CHECKPOINT'), 'it can be used when it is closed');
  }
  await opened(store, async (next) => assert.deepEqual(await next.list(), []));
}

async function failsLoudly(store: CheckpointStore): Promise<void> {
  await opened(store, async (session) => {
    await session.write(1, text('one'));
    await assert.rejects(session.write(2, text('two')), isMillraceError, 'the fault went unnoticed');
    assert.deepEqual(await idsOf(session), [1]);
    assert.equal(await textOf(session, 1), 'one');
    await session.write(2, text('two'));
    assert.equal(await textOf(session, 2), 'two');
  });
}
