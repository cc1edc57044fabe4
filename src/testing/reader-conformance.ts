import assert from 'node:assert/strict';
import { briefOrigin } from '../core/batch.ts';
import { systemClock } from '../core/clock.ts';
import type { BatchOrigin, Origin } from '../interfaces/batch.ts';
import type { DecodeFailure } from '../interfaces/failure.ts';
import type { Reader } from '../interfaces/reader.ts';
import type { ConformanceCase } from './operator-conformance.ts';
import { comparable, PIECES, resumeCases } from './reader-positions.ts';
import { probeReader, type ReaderProbe, type ReaderProbeOptions } from './reader-probe.ts';
import { turns } from './turns.ts';
import { withoutLeak } from './without-leak.ts';

/** What the suite has to know of a reader in order to judge it. */
export interface ReaderCases<T> {
  /** All records that it gives, in order; better more than fit in one batch. */
  readonly output: readonly T[];
  /** Whether what it reads can be read once only: then a second opening must fail. @default false */
  readonly once?: boolean;
  /** Makes the same reader with pieces of so many bytes; absent where it does not read bytes. */
  readonly chunked?: (chunkBytes: number) => Reader<T>;
  /** Makes a reader whose input fails after the records `before`. */
  readonly failing?: { readonly make: () => Reader<T>; readonly before: readonly T[] };
  /** Makes a reader of which some records are bad; `output` is what is left when they are dropped. */
  readonly bad?: {
    readonly make: (chunkBytes?: number) => Reader<T>;
    readonly output: readonly T[];
    readonly failures: number;
  };
  /** What a leak would change, e.g. the number of open files. */
  readonly leaks?: () => unknown;
}

/** Enough for a read of a file to come back, if somebody had asked for one. */
const A_WHILE = 20;

/**
 * The cases that every reader must pass, for whichever test framework.
 *
 * @example
 * ```ts
 * import { readerConformance } from 'millrace/testing';
 *
 * declare const numbers: () => import('millrace').Reader<number>;
 * for (const { name, run } of readerConformance('numbers', numbers, { output: [1, 2, 3] })) {
 *   await run();
 *   console.log(`ok ${name}`);
 * }
 * ```
 */
export function readerConformance<T>(
  name: string,
  make: () => Reader<T>,
  cases: ReaderCases<T>,
): readonly ConformanceCase[] {
  const { output, chunked, failing, bad } = cases;
  const suite: [string, () => Promise<void>][] = [
    ['is a frozen description with a name and a label', async () => isDescription(make())],
    ['is cold: opens nothing before it is subscribed to', () => isCold(make(), output)],
    ['emits all records in order, each with its origin', () => emitsAll(make(), output)],
    ['emits nothing while it is held back', () => holdsBack(make(), output)],
    ['closes at once when it is left before it began', () => leftAtOnce(make())],
    ['closes and falls silent when it is left on the way', () => leftMidway(make())],
    ['closes and falls silent when it is left while held back', () => leftPaused(make())],
    ['falls silent when the run is aborted', () => aborted(make())],
    cases.once === true
      ? ['refuses to be read a second time', () => refusesSecond(make())]
      : ['can be open twice at once', () => openTwice(make(), output)],
  ];
  if (failing !== undefined) {
    suite.push(['passes on an error of its input, once, after what came before', () => fails(failing)]);
  }
  if (bad !== undefined) {
    suite.push(['leaves out bad records when that is the verdict', () => drops(bad)]);
    suite.push(['puts a replacement where the bad record was', () => replaces(bad)]);
    suite.push(['fails with what the verdict throws', () => verdictThrows(bad)]);
  }
  if (make().traits.replay === 'position') suite.push(...resumeCases(make, cases));
  for (const bytes of chunked === undefined ? [] : PIECES) {
    suite.push([
      `gives the same in pieces of ${bytes} bytes`,
      async () => {
        await sameInPieces(make(), chunked!(bytes));
        if (bad !== undefined) await sameInPieces(bad.make(), bad.make(bytes));
      },
    ]);
  }
  return suite.map(([title, run]) => ({
    name: `${name} ${title}`,
    run: () => withoutLeak(run, cases.leaks),
  }));
}

/** Runs `use` on an opened reader and closes it, whichever way `use` ends. */
async function probed<T>(
  reader: Reader<T>,
  use: (probe: ReaderProbe<T>) => Promise<void>,
  options?: ReaderProbeOptions,
): Promise<void> {
  const probe = probeReader(reader, options);
  try {
    await use(probe);
  } finally {
    await probe.close();
  }
  assert.equal(probe.unasked, 0, 'it emitted while it was held back, or after it was left');
}

function isDescription(reader: Reader<unknown>): void {
  assert.ok(Object.isFrozen(reader), 'the description can be changed');
  assert.match(reader.name, /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/, 'the name is not lower_snake_case');
  assert.match(reader.label, /\S/, 'there is no label');
}

async function isCold<T>(reader: Reader<T>, output: readonly T[]): Promise<void> {
  const unused = (): never => assert.fail('it began before it was subscribed to');
  reader.open({
    demand: { paused: false, ready: unused },
    signal: new AbortController().signal,
    clock: systemClock,
    failed: unused,
    closing: unused,
    expected: unused,
    consumed: unused,
    stopping: unused,
    positioned: unused,
    overflowed: unused,
  });
  await turns(A_WHILE);
  await emitsAll(reader, output);
}

async function emitsAll<T>(reader: Reader<T>, output: readonly T[]): Promise<void> {
  await probed(reader, async (probe) => {
    assert.deepEqual(await probe.rest(), output);
    assert.equal(probe.state, 'completed');
    for (const [index, origin] of probe.origins.entries()) {
      assert.match(origin.source, /\S/, `record ${index} has no source`);
      assert.ok(Number.isSafeInteger(origin.record) && origin.record >= 1, `record ${index} has no number`);
    }
    for (const item of probe.items) {
      if (item.kind !== 'batch') continue;
      assert.ok(item.records.length > 0, 'it emitted an empty batch');
      for (const index of item.records.keys()) hasBriefOrigin(item.origin, index);
    }
  });
}

async function holdsBack<T>(reader: Reader<T>, output: readonly T[]): Promise<void> {
  await probed(reader, async (probe) => {
    await turns(A_WHILE);
    assert.equal(probe.items.length, 0, 'it emitted before anything was asked for');
    while (probe.state === 'open') {
      await probe.request(1);
      await turns(2);
      assert.equal(probe.unasked, 0, 'it emitted while it was held back');
    }
    assert.deepEqual(probe.records, output);
  });
}

async function leftAtOnce(reader: Reader<unknown>): Promise<void> {
  await probed(reader, async (probe) => {
    await probe.close();
    await turns(A_WHILE);
    assert.equal(probe.items.length, 0, 'it emitted after it was left');
  });
}

async function leftMidway(reader: Reader<unknown>): Promise<void> {
  await probed(reader, async (probe) => {
    await probe.request(1);
    const seen = probe.items.length;
    const asking = probe.request(Number.POSITIVE_INFINITY);
    await probe.close();
    await asking;
    await turns(A_WHILE);
    assert.equal(probe.items.length, seen, 'it emitted after it was left');
    assert.notEqual(probe.state, 'failed', 'it failed when it was left');
  });
}

async function leftPaused(reader: Reader<unknown>): Promise<void> {
  await probed(reader, async (probe) => {
    await probe.request(1);
    await turns(2);
    await probe.close();
    await turns(A_WHILE);
    assert.equal(probe.unasked, 0, 'it emitted after it was left');
  });
}

async function aborted(reader: Reader<unknown>): Promise<void> {
  await probed(reader, async (probe) => {
    await probe.request(1);
    probe.abort();
    await probe.close();
    const seen = probe.items.length;
    await turns(A_WHILE);
    assert.equal(probe.items.length, seen, 'it emitted after the run was over');
  });
}

async function openTwice<T>(reader: Reader<T>, output: readonly T[]): Promise<void> {
  await probed(reader, (first) =>
    probed(reader, async (second) => {
      const both = await Promise.all([first.rest(), second.rest()]);
      assert.deepEqual(both, [output, output], 'two runs share a state');
    }),
  );
}

async function refusesSecond(reader: Reader<unknown>): Promise<void> {
  await probed(reader, async (first) => void (await first.rest()));
  await probed(reader, async (second) => {
    await assert.rejects(second.rest(), 'the second run found nothing, and took that for all');
  });
}

async function fails<T>({ make, before }: NonNullable<ReaderCases<T>['failing']>): Promise<void> {
  await probed(make(), async (probe) => {
    await assert.rejects(probe.rest(), (error) => error instanceof Error);
    assert.deepEqual(probe.records, before, 'what came before the error was lost');
  });
}

async function drops<T>({ make, output, failures }: NonNullable<ReaderCases<T>['bad']>): Promise<void> {
  await probed(make(), async (probe) => {
    assert.deepEqual(await probe.rest(), output);
    assert.equal(probe.failures.length, failures, 'a bad record was not reported, or twice');
    for (const failure of probe.failures) isFailure(failure);
  });
}

function hasBriefOrigin(of: BatchOrigin, index: number): void {
  const [brief, whole] = [placeless(briefOrigin(of, index)), placeless(of.at(index))];
  assert.deepEqual(brief, whole, `the origin of record ${index} of a batch is another in brief`);
}

function placeless({ line, byte, ...rest }: Origin): object {
  return rest;
}

function isFailure({ error, origin }: DecodeFailure): void {
  assert.ok(error instanceof Error, 'the failure has no error');
  assert.ok(origin.record >= 1, 'the failure has no origin');
}

async function replaces<T>({ make, output, failures }: NonNullable<ReaderCases<T>['bad']>): Promise<void> {
  const mark = { replaced: true };
  await probed(
    make(),
    async (probe) => {
      const records: readonly unknown[] = await probe.rest();
      assert.equal(records.length, output.length + failures);
      const numbers = probe.origins.map((origin) => origin.record);
      for (const [index, record] of records.entries()) {
        if (record !== mark) continue;
        const failed = probe.failures.find(({ origin }) => origin.record === numbers[index]);
        assert.ok(failed !== undefined, 'the replacement is not where the bad record was');
      }
      assert.deepEqual(
        records.filter((record) => record !== mark),
        output,
      );
    },
    { failed: () => ({ record: mark }) },
  );
}

async function verdictThrows<T>({ make }: NonNullable<ReaderCases<T>['bad']>): Promise<void> {
  const verdict = new Error('the policy says that the run fails');
  await probed(
    make(),
    async (probe) => {
      await assert.rejects(probe.rest(), (error) => error === verdict);
      assert.equal(probe.failures.length, 1, 'it went on after the verdict');
    },
    {
      failed: () => {
        throw verdict;
      },
    },
  );
}

async function sameInPieces<T>(whole: Reader<T>, pieces: Reader<T>): Promise<void> {
  await probed(whole, (one) =>
    probed(pieces, async (many) => {
      assert.deepEqual(await many.rest(), await one.rest());
      assert.deepEqual(many.origins, one.origins, 'the origins differ');
      assert.deepEqual(many.failures.map(comparable), one.failures.map(comparable), 'the failures differ');
    }),
  );
}
