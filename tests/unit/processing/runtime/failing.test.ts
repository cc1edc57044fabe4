import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MillraceError } from '../../../../src/core/errors.ts';
import { from, readFrom } from '../../../../src/from.ts';
import type { RunEvent, RunHandle } from '../../../../src/interfaces/run.ts';
import { merge } from '../../../../src/processing/graph/join.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { defineOperator } from '../../../../src/processing/operators/define-operator.ts';
import { flatMap } from '../../../../src/processing/operators/flat-map.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { run, start } from '../../../../src/start.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { gate, never, type RecordingWriter, recording, type Ways } from './recording-writer.ts';
import { numbers, scripted } from './scripted-reader.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

const endless = () => scripted<number>(numbers(3), { traits: { bounded: false } });

async function failure(live: RunHandle): Promise<MillraceError> {
  const error: unknown = await live.done.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(MillraceError);
  return error as MillraceError;
}

function throws(message: string): () => never {
  return () => {
    throw new Error(message);
  };
}

const rejects = (message: string) => () => Promise.reject(new Error(message));

describe('pain P18: the first cause wins', () => {
  test('and what fails during the tear-down is attached to it', async () => {
    const closing = defineOperator<number, number>({
      name: 'closing',
      create: () => ({ push: (n, emit) => emit(n), close: throws('close of an operator') }),
    });
    const reader = scripted<number>([
      (context) => {
        context.closing(turns(3).then(rejects('close of the reader')));
      },
      ...numbers(1, 100),
    ]);
    const [bad, good] = [
      recording<number>({ write: rejects('the first'), abort: rejects('abort of a sink') }),
      recording<number>({ write: () => turns(5), abort: rejects('abort of another sink') }),
    ];
    const flow = readFrom(reader).pipe(closing);
    const error = await failure(start(pipeline('first', [flow.to(bad), flow.to(good)])));
    expect(error.message).toMatch(/the first/);
    expect(error.secondary.map((one) => (one as Error).message).toSorted()).toEqual([
      'Cannot close "closing": close of an operator',
      'abort of a sink',
      'abort of another sink',
      'close of the reader',
    ]);
  });

  test('also when several branches fail on the same error', async () => {
    const cause = new Error('the same');
    const fail = () => {
      throw cause;
    };
    const flow = from([1, 2, 3]);
    const error = await failure(
      start(
        pipeline('same', [flow.pipe(map(fail)).to(recording()), flow.pipe(mapAsync(fail)).to(recording())]),
      ),
    );
    expect(error.cause).toBe(cause);
  });

  test('an error is not attached to itself', async () => {
    const cause = new MillraceError('ERR_IO', 'the disk is gone');
    const error = await failure(
      start(pipeline('itself', from([1]).to(recording({ write: () => Promise.reject(cause) })))),
    );
    expect([error, error.cause]).toContain(cause);
    expect(error.secondary).toEqual([]);
  });
});

describe('nothing is published when anything fails', () => {
  test('in another branch, long after the first was drained', async () => {
    const good = recording();
    const slow = from([1]).pipe(
      mapAsync(async () => {
        await turns(20);
        throw new Error('late');
      }),
    );
    const error = await failure(start(pipeline('late', [from([1, 2]).to(good), slow.to(recording())])));
    expect(error.message).toMatch(/late/);
    expect(good.records).toEqual([1, 2]);
    expect(good.calls).toEqual(['open', 'write', 'abort']);
  });

  test('when the balance does not close', async () => {
    const writer = recording();
    const lying = defineOperator<number, number>({
      name: 'lying',
      cardinality: 'one',
      create: () => ({ push: (n, emit) => (n === 2 ? undefined : emit(n)) }),
    });
    const error = await failure(start(pipeline('lying', from([1, 2, 3]).pipe(lying).to(writer))));
    expect(error.code).toBe('ERR_BALANCE');
    expect(error.message).toMatch(/"lying" took 3 records and accounts for 2/);
    expect(error.details.balance).toMatchObject({ closed: false, read: 3, written: 2 });
    expect(writer.calls).toEqual(['open', 'write', 'abort']);
  });

  test.each(['one', 'filter'] as const)(
    'when an operator makes more records than "%s"',
    async (cardinality) => {
      const doubling = defineOperator<number, number>({
        name: 'doubling',
        cardinality,
        create: () => ({
          push: (n, emit) => {
            emit(n);
            emit(n);
          },
        }),
      });
      const failing = mapAsync(
        (n: number) => {
          if (n === 3) throw new Error('whose origin nobody knows');
          return n;
        },
        { onError: skip() },
      );
      const error = await failure(
        start(pipeline('doubling', from([1, 2, 3]).pipe(doubling, failing).to(recording()))),
      );
      expect(error.code).toBe('ERR_BALANCE');
      expect(error.message).toMatch(/"doubling"/);
    },
  );
});

describe('a reader', () => {
  test('that fails while it reads ends the run with its name', async () => {
    const writer = recording();
    const error = await failure(
      start(pipeline('reads', readFrom(scripted([[1], new Error('torn')], { name: 'tape' })).to(writer))),
    );
    expect(error).toMatchObject({ code: 'ERR_CALLBACK', message: 'Cannot read tape: torn', node: 'tape' });
    expect(writer.calls.at(-1)).toBe('abort');
  });

  test('that throws when it is opened ends the run', async () => {
    const reader = { ...scripted([]), open: throws('cannot open') };
    expect((await failure(start(pipeline('open', readFrom(reader).to(recording()))))).message).toMatch(
      /cannot open/,
    );
  });

  test('that goes on although it is asked to pause fails with ERR_DEMAND, and holds nothing more', async () => {
    const rude = scripted<number>([
      ({ demand }) => {
        // Stands in for a reader that never looks.
        Object.defineProperty(demand, 'paused', { get: () => false });
      },
      ...numbers(1, 100),
    ]);
    const writer = recording({ write: () => turns(200) });
    const error = await failure(start(pipeline('rude', readFrom(rude).to(writer))));
    expect(error).toMatchObject({ code: 'ERR_DEMAND', node: 'script' });
    expect(rude.emitted).toBeLessThan(12);
  });

  test('whose records cannot be taken in does not keep the process busy afterwards', async () => {
    const flow = from([1]).pipe(
      flatMap(function* () {
        for (let n = 0; n < 3000; n++) yield n;
        throw new Error('late');
      }),
    );
    expect((await failure(start(pipeline('busy', flow.to(recording()))))).message).toMatch(/late/);
    await turns(5);
  });

  test('that closes something which never closes does not keep a failed run from ending', async () => {
    const reader = scripted<number>([(context) => context.closing(never), [1], new Error('torn')]);
    const live = start(pipeline('closing', readFrom(reader).to(recording())));
    live.done.catch(() => {});
    await turns(10);
    await vi.advanceTimersByTimeAsync(60_000);
    const error = await failure(live);
    expect(error.message).toMatch(/torn/);
    expect(error.secondary).toEqual([expect.objectContaining({ code: 'ERR_TIMEOUT' })]);
  });
});

describe('an operator that cannot be made', () => {
  const broken = defineOperator<number, number>({ name: 'broken', create: throws('no model') });

  test('rejects the run, not the call that starts it, and nothing is opened', async () => {
    const reader = endless();
    const writer = recording();
    const live = start(pipeline('broken', readFrom(reader).pipe(broken).to(writer)));
    const error = await failure(live);
    expect(error).toMatchObject({ code: 'ERR_CALLBACK', node: 'broken' });
    expect(error.message).toBe('Cannot create "broken": no model');
    expect([reader.opened, writer.calls]).toEqual([0, []]);
    await expect(live.stop()).rejects.toBe(error);
  });

  test('does not leave behind the operators that were made before it', async () => {
    const closed: string[] = [];
    const made = (name: string) =>
      defineOperator<number, number>({
        name,
        create: () => ({ push: (n, emit) => emit(n), close: () => void closed.push(name) }),
      });
    const duplex = defineOperator<number, number>({
      name: 'duplex',
      kind: 'duplex',
      create: () => ({ write() {}, end: async () => {}, abort: () => void closed.push('duplex') }),
    });
    const flow = from([1]).pipe(
      made('a'),
      duplex,
      mapAsync((n) => n),
      broken,
      made('b'),
    );
    await failure(start(pipeline('behind', flow.to(recording()))));
    expect(closed.toSorted()).toEqual(['a', 'b', 'duplex']);
  });
});

test.each(['push', 'end'] as const)('an operator that throws in %s is named', async (where) => {
  const logic = { push: (n: number, emit: (n: number) => void) => emit(n), [where]: throws('broken') };
  const bad = defineOperator<number, number>({ name: 'bad', create: () => logic });
  const error = await failure(start(pipeline('named', from([1]).pipe(bad).to(recording()))));
  expect(error.node).toBe('bad');
  expect(error.message).toMatch(/"bad".*broken/);
});

test('an operator that catches what its emit throws does not hide a failure downstream', async () => {
  const hiding = defineOperator<number, number>({
    name: 'hiding',
    create: () => ({
      push: (n, emit) => {
        try {
          emit(n);
        } catch {}
      },
    }),
  });
  const flow = from([1, 2]).pipe(hiding, map(throws('cannot be hidden')));
  expect((await failure(start(pipeline('hidden', flow.to(recording()))))).message).toMatch(
    /cannot be hidden/,
  );
});

test('a record that an operator emits out of turn is not lost in silence', async () => {
  for (const count of [2, 1]) {
    const late = defineOperator<number, number>({
      name: 'late',
      create: () => ({ push: (n, emit) => void setImmediate(() => emit(n)) }),
    });
    const lines = [...numbers(1, count), () => turns(3)];
    const error = await failure(
      start(pipeline('late', readFrom(scripted<number>(lines)).pipe(late).to(recording()))),
    );
    expect(error).toMatchObject({
      code: 'ERR_CALLBACK',
      node: 'late',
      hint: expect.stringMatching(/after\(\)/),
    });
  }
});

test('a reader that opens nothing at all fails the run', async () => {
  const reader = { ...scripted<number>([]), open: () => undefined as never };
  expect((await failure(start(pipeline('nothing', readFrom(reader).to(recording()))))).message).toMatch(
    /^Cannot read script: /,
  );
});

test('policies of an operator do not settle what fails behind it in the same stage', async () => {
  const flow = from([1, 2]).pipe(
    map((n) => n, { onError: skip() }),
    map(throws('not yours')),
  );
  expect((await failure(start(pipeline('mine', flow.to(recording()))))).message).toMatch(/not yours/);
});

describe('a sink', () => {
  const METHODS = ['open', 'write', 'close'] as const;

  function faulty(
    method: keyof Ways<unknown>,
    fault: () => never | Promise<never>,
  ): RecordingWriter<unknown> {
    return recording({ [method]: fault });
  }

  test.each(METHODS)(
    'whose %s throws or rejects fails the run, and its siblings are given up',
    async (method) => {
      for (const fault of [throws('no room'), rejects('no room')]) {
        const sibling = recording({ close: () => turns(3) });
        const bad = faulty(method, fault);
        const source = from([1, 2]);
        const error = await failure(start(pipeline('sinks', [source.to(sibling), source.to(bad)])));
        expect(error.message).toMatch(/no room/);
        if (method !== 'close') expect(sibling.calls.at(-1)).toBe('abort');
        expect(bad.calls.filter((call) => call === 'abort')).toHaveLength(method === 'open' ? 0 : 1);
      }
    },
  );

  test.each(METHODS)('whose %s never settles does not keep abort() from ending the run', async (method) => {
    const bad = faulty(method, () => never);
    const live = start(pipeline('stuck', from([1]).to(bad)));
    await turns(10);
    const over = live.abort('stuck');
    await vi.advanceTimersByTimeAsync(60_000);
    await over;
    expect((await failure(live)).code).toBe('ERR_ABORTED');
    expect(bad.calls.at(-1)).toBe(method === 'open' ? 'open' : 'abort');
  });

  test('whose abort never settles does not keep the run from ending, and is told of', async () => {
    const live = start(
      pipeline('stuck', from([1]).to(recording({ write: rejects('full'), abort: () => never }))),
    );
    live.done.catch(() => {});
    await turns(10);
    await vi.advanceTimersByTimeAsync(60_000);
    const error = await failure(live);
    expect(error.message).toMatch(/full/);
    expect(error.secondary).toEqual([expect.objectContaining({ code: 'ERR_TIMEOUT' })]);
  });

  test('that opens only after the run was given up is given up then', async () => {
    const door = gate();
    const late = recording({ open: () => door.opened });
    const live = start(pipeline('late', from([1]).to(late)));
    await turns(2);
    const over = live.abort();
    await vi.advanceTimersByTimeAsync(60_000);
    await over;
    expect(late.calls).toEqual(['open']);
    door.open();
    await turns(2);
    expect(late.calls).toEqual(['open', 'abort']);
  });

  test('that cannot be opened fails the run although another never opens', async () => {
    const live = start(
      pipeline('one', [
        from([1]).to(recording({ open: () => never })),
        from([1]).to(recording({ open: rejects('no folder') })),
      ]),
    );
    live.done.catch(() => {});
    await turns(5);
    await vi.advanceTimersByTimeAsync(60_000);
    expect((await failure(live)).message).toMatch(/no folder/);
  });

  test('that cannot be closed fails the run although another never closes', async () => {
    const live = start(
      pipeline('one', [
        from([1]).to(recording({ close: () => never })),
        from([1]).to(recording({ close: rejects('disk full') })),
      ]),
    );
    live.done.catch(() => {});
    await turns(10);
    await vi.advanceTimersByTimeAsync(60_000);
    expect((await failure(live)).message).toMatch(/disk full/);
  });

  test('is not written to any more once it was given up', async () => {
    const door = gate();
    const writer = recording<number>({ write: () => door.opened, onError: skip() });
    const live = start(pipeline('after', readFrom(endless()).to(writer)));
    await turns(5);
    const over = live.abort();
    door.fail(new Error('late'));
    await over;
    await turns(10);
    expect(writer.calls).toEqual(['open', 'write', 'abort']);
  });

  test('that is at its close when the run is aborted is published, not given up as well', async () => {
    const door = gate();
    const writer = recording({ close: () => door.opened });
    const live = start(pipeline('closing', from([1]).to(writer)));
    await turns(10);
    const over = live.abort();
    await turns(2);
    door.open();
    await over;
    expect(writer.calls).toEqual(['open', 'write', 'close']);
    expect((await failure(live)).code).toBe('ERR_ABORTED');
  });
});

test('what settles after the run is over changes nothing', async () => {
  const events: RunEvent[] = [];
  const door = gate();
  const live = start(
    pipeline('late', [
      from([1])
        .pipe(mapAsync(() => door.opened))
        .to(recording()),
      from([1])
        .pipe(mapAsync(() => turns(5).then(throws('first'))))
        .to(recording()),
    ]),
  );
  live.events$.subscribe((event) => events.push(event));
  const error = await failure(live);
  const seen = events.length;
  door.fail(new Error('too late'));
  await turns(5);
  expect(events).toHaveLength(seen);
  expect(error.secondary).toEqual([]);
});

test('a run that was cancelled by take does not fail for what its reader throws afterwards', async () => {
  const reader = scripted<number>([[1, 2, 3], () => turns(2), new Error('nobody listens')]);
  const writer = recording<number>();
  const summary = await run(pipeline('left', merge(readFrom(reader)).pipe(take(2)).to(writer)));
  await turns(10);
  expect(writer.records).toEqual([1, 2]);
  expect(summary.balance.closed).toBe(true);
});

test('only a pipeline can be started', () => {
  for (const stranger of [undefined, from([1]), {}]) {
    expect(() => start(stranger as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  }
});

test.each([
  ['nothing', { stallAfter: 'soon' }],
  ['zero', { stallAfter: 0 }],
])('options that are wrong (%s) start nothing', async (_, options) => {
  const writer = recording();
  expect(() => start(pipeline('options', from([1]).to(writer)), options)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS' }),
  );
  await turns(5);
  expect(writer.calls).toEqual([]);
});
