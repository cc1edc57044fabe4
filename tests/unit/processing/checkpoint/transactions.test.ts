import { describe, expect, test } from 'vitest';
import { mapAsync, pipeline, type Reader, readFrom, start } from '../../../../src/index.ts';
import type { RunEvent } from '../../../../src/interfaces/run.ts';
import type { Writer } from '../../../../src/interfaces/writer.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { scripted } from '../runtime/scripted-reader.ts';

/** What a database would see: rows are there once they are committed. */
interface Ledger {
  readonly calls: string[];
  readonly committed: number[];
  pending: number[];
}

interface Ways {
  readonly prepare?: (id: number) => Promise<void> | void;
  readonly commit?: (id: number) => Promise<void> | void;
}

function transactional(ledger: Ledger, ways: Ways = {}): Writer<number> {
  const { calls, committed } = ledger;
  let busy = false;
  const alone = async (call: string, work: () => Promise<void> | void): Promise<void> => {
    expect(busy, `${call} overlaps with another call`).toBe(false);
    busy = true;
    try {
      await new Promise((resolve) => setImmediate(resolve));
      await work();
      calls.push(call);
    } finally {
      busy = false;
    }
  };
  const commit = () => {
    committed.push(...ledger.pending);
    ledger.pending = [];
  };
  return {
    name: 'ledger',
    label: 'ledger',
    traits: { commit: 'transaction' },
    open: async () => ({
      write: ({ records }) =>
        alone(`write ${records.join()}`, () => {
          ledger.pending.push(...records);
        }),
      async prepare(id) {
        await alone(`prepare ${id}`, () => ways.prepare?.(id));
        return committed.length + ledger.pending.length;
      },
      commit: (id) =>
        alone(`commit ${id}`, async () => {
          await ways.commit?.(id);
          commit();
        }),
      release: (id) => alone(`release ${id}`, () => {}),
      suspend: () => alone('suspend', () => {}),
      close: () => alone('close', commit),
      abort: () => alone('abort', () => {}),
    }),
  };
}

const ledger = (): Ledger => ({ calls: [], committed: [], pending: [] });

/** Numbers from 1, one a batch; `held` is asked before each. */
function counting(until: number, held: (n: number) => Promise<void> | undefined = () => undefined) {
  const lines = Array.from({ length: until }, (_, index) => [() => held(index + 1), [index + 1]]).flat();
  return readFrom(
    scripted(lines, { name: 'counting', traits: { replay: 'position' } }) as unknown as Reader<number>,
  );
}

const gate = () => Promise.withResolvers<void>();

describe('a sink that writes in a transaction', () => {
  test('gets nothing between the prepare and the commit of a checkpoint', async () => {
    const out = ledger();
    const clock = virtualClock();
    const [more, written] = [gate(), gate()];
    const inner = memoryStore();
    const live = start(
      pipeline('p', counting(4, (n) => (n === 3 ? more.promise : undefined)).to(transactional(out))),
      {
        clock,
        stallAfter: false,
        checkpoint: {
          store: {
            ...inner,
            async open(options) {
              const session = await inner.open(options);
              const write = session.write.bind(session);
              session.write = async (id, chunks) => {
                if (id === 2) await written.promise;
                await write(id, chunks);
              };
              return session;
            },
          },
        },
      },
    );
    await turns(30);
    await clock.advance(10_000);
    more.resolve();
    await turns(50);
    expect(out.calls.slice(2)).toEqual(['write 1', 'write 2', 'prepare 2']);
    written.resolve();
    await live.done;
    expect(out.calls.slice(4)).toEqual([
      'prepare 2',
      'commit 2',
      'write 3',
      'write 4',
      'prepare 3',
      'commit 3',
      'close',
    ]);
    expect(out.committed).toEqual([1, 2, 3, 4]);
  });

  test('goes on when the checkpoint comes to nothing, and the next one has its records', async () => {
    const [one, other] = [ledger(), ledger()];
    const clock = virtualClock();
    const more = gate();
    const events: RunEvent[] = [];
    const source = counting(4, (n) => (n === 3 ? more.promise : undefined));
    const fails = {
      prepare: (id: number) => (id === 2 ? Promise.reject(new Error('the disk is full')) : undefined),
    };
    const live = start(
      pipeline('p', [source.to(transactional(one)), source.to(transactional(other, fails))]),
      { clock, stallAfter: false, checkpoint: { store: memoryStore() } },
    );
    live.events$.subscribe((event) => events.push(event));
    await turns(30);
    await clock.advance(10_000);
    await turns(30);
    expect(one.calls.slice(-2)).toEqual(['prepare 2', 'release 2']);
    more.resolve();
    await live.done;
    expect(events.filter(({ type }) => type === 'checkpoint-failed')).toMatchObject([{ id: 2, inRow: 1 }]);
    expect(one.calls.slice(4)).toEqual([
      'prepare 2',
      'release 2',
      'write 3',
      'write 4',
      'prepare 3',
      'commit 3',
      'close',
    ]);
    expect([one.committed, other.committed]).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
  });

  test('does not prepare for a checkpoint that has come to nothing before its barrier was there', async () => {
    const out = ledger();
    const clock = virtualClock();
    const [slow, more] = [gate(), gate()];
    const flow = counting(3, (n) => (n === 3 ? more.promise : undefined)).pipe(
      mapAsync(async (n) => {
        if (n === 2) await slow.promise;
        return n;
      }),
    );
    const live = start(pipeline('p', flow.to(transactional(out))), {
      clock,
      stallAfter: false,
      checkpoint: { store: memoryStore(), timeout: '1s' },
    });
    await turns(30);
    await clock.advance(10_000);
    await clock.advance(1_000);
    slow.resolve();
    await turns(30);
    more.resolve();
    await live.done;
    expect(out.calls).not.toContain('prepare 2');
    expect(out.calls).toContain('release 2');
    expect(out.committed).toEqual([1, 2, 3]);
  });

  test('lets go when the run is aborted while it waits for the checkpoint', async () => {
    const out = ledger();
    const clock = virtualClock();
    const inner = memoryStore();
    const live = start(
      pipeline('p', counting(9, (n) => (n === 3 ? new Promise(() => {}) : undefined)).to(transactional(out))),
      {
        clock,
        stallAfter: false,
        checkpoint: {
          store: {
            ...inner,
            async open(options) {
              const session = await inner.open(options);
              const write = session.write.bind(session);
              session.write = (id, chunks) => (id === 2 ? new Promise(() => {}) : write(id, chunks));
              return session;
            },
          },
        },
      },
    );
    await turns(30);
    await clock.advance(10_000);
    await turns(30);
    await live.abort('enough');
    await expect(live.done).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(out.calls.at(-1)).toBe('suspend');
    expect(out.committed).toEqual([]);
  });
});
