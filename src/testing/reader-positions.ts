import assert from 'node:assert/strict';
import type { DecodeFailure, Replacement } from '../interfaces/failure.ts';
import type { Reader } from '../interfaces/reader.ts';
import { probeReader, type ReaderProbe, type ReaderProbeOptions } from './reader-probe.ts';

/** Sizes of the pieces that must give what the whole gives. */
export const PIECES: readonly number[] = [1, 7, 2 ** 26];

/** The readers that must go on from their positions; see the cases of readers. */
interface ResumedReaders<T> {
  readonly chunked?: ((chunkBytes: number) => Reader<T>) | undefined;
  readonly failing?: { readonly make: () => Reader<T> } | undefined;
  readonly bad?: { readonly make: (chunkBytes?: number) => Reader<T> } | undefined;
}

/** What a reader gave in one life, or in several one after another. */
interface Given {
  readonly records: readonly unknown[];
  readonly origins: readonly object[];
  readonly failures: readonly object[];
  /** The code or message of the error that it ended with. */
  readonly error?: string | undefined;
}

/** How much was given before a position. */
interface Cut {
  readonly position: unknown;
  readonly records: number;
  readonly failures: number;
}

/** The cases of readers that can go on from a position. */
export function resumeCases<T>(
  make: () => Reader<T>,
  { chunked, bad, failing }: ResumedReaders<T>,
): [string, () => Promise<void>][] {
  const whole = make();
  const damaged = bad?.make();
  const broken = failing?.make();
  const cases: [string, () => Promise<void>][] = [];
  const add = (how: string, reader: Reader<T> | undefined, options: Failed = {}) => {
    if (reader?.traits.replay !== 'position') return;
    cases.push([`goes on from each of its positions${how}`, () => goesOn(reader, reader, options)]);
    cases.push([
      `loses and repeats nothing when left after each batch${how}`,
      () => manyLives(reader, options),
    ]);
  };
  add('', whole);
  add(', before and behind bad records', damaged);
  add(', where bad records were replaced', damaged, { failed: () => ({ record: { replaced: true } }) });
  add(', also when its input fails', broken);
  for (const bytes of chunked === undefined ? [] : PIECES) {
    cases.push([
      `goes on from positions of pieces of ${bytes} bytes, and by such pieces`,
      async () => {
        const pairs = [[whole, chunked!(bytes)] as const, [damaged, bad?.make(bytes)] as const];
        for (const [one, pieces] of pairs) {
          if (one === undefined || pieces === undefined) continue;
          await goesOn(pieces, one);
          await goesOn(one, pieces, {}, FEW);
        }
      },
    ]);
  }
  return cases;
}

type Failed = { readonly failed?: (failure: DecodeFailure) => Replacement | undefined };

/** Positions that are gone on from where each costs much. */
const FEW = 4;

/** Takes the positions of one reader, and goes on from them with the other. */
export async function goesOn<T>(
  reader: Reader<T>,
  other: Reader<T>,
  options: Failed = {},
  most = Number.POSITIVE_INFINITY,
): Promise<void> {
  const cuts: Cut[] = [];
  let reading: ReaderProbe<T> | undefined;
  // Behind a bad record too, as soon as the piece that it is in has been taken apart.
  const failed = (failure: DecodeFailure) => {
    queueMicrotask(() => {
      if (reading?.state === 'open' && reading.position !== undefined) cuts.push(cutOf(reading));
    });
    return options.failed?.(failure);
  };
  const whole = await life(reader, { failed }, async (probe) => {
    reading = probe;
    if (probe.position !== undefined) cuts.push(cutOf(probe));
    while (probe.state === 'open') {
      await probe.request(1);
      const { state } = probe as { readonly state: string };
      if (state === 'failed') break;
      if (probe.position === undefined) await fails(probe);
      else cuts.push(cutOf(probe));
    }
  });
  const step = Math.max(1, Math.floor(cuts.length / most));
  for (const { position, records, failures } of cuts.filter((_, index) => index % step === 0)) {
    const rest = await life(other, { ...options, from: position }, async (probe) => {
      await probe.request(Number.POSITIVE_INFINITY);
    });
    const where = `behind record ${records}`;
    assert.deepEqual(rest.records, whole.records.slice(records), `the records differ ${where}`);
    assert.deepEqual(rest.origins, whole.origins.slice(records), `the origins differ ${where}`);
    assert.deepEqual(rest.failures, whole.failures.slice(failures), `the failures differ ${where}`);
    assert.equal(rest.error, whole.error, `it ends otherwise ${where}`);
  }
}

async function manyLives<T>(reader: Reader<T>, options: Failed): Promise<void> {
  const whole = await life(reader, options, async (probe) => probe.request(Number.POSITIVE_INFINITY));
  const records: unknown[] = [];
  const origins: object[] = [];
  const failures: object[] = [];
  let error: string | undefined;
  let from: unknown;
  const most = whole.records.length + whole.failures.length + 2;
  let lives = 0;
  for (let over = false; !over; lives++) {
    assert.ok(lives < most, 'it does not come to an end');
    const given = await life(reader, from === undefined ? options : { ...options, from }, async (probe) => {
      await probe.request(1);
      if (probe.state === 'open' && probe.position === undefined) await fails(probe);
      over = probe.state !== 'open';
      if (!over) from = cutOf(probe).position;
    });
    records.push(...given.records);
    origins.push(...given.origins);
    failures.push(...given.failures);
    error = given.error;
  }
  assert.deepEqual({ records, origins, failures, error }, whole);
}

/** Opens a reader and closes it. What came in the end is what it gave. */
async function life<T>(
  reader: Reader<T>,
  options: ReaderProbeOptions,
  use: (probe: ReaderProbe<T>) => Promise<void>,
): Promise<Given> {
  const probe = probeReader(reader, options);
  try {
    await use(probe);
  } finally {
    await probe.close();
  }
  assert.equal(probe.unasked, 0, 'it emitted while it was held back');
  return {
    records: probe.records,
    origins: probe.origins,
    failures: probe.failures.map(comparable),
    error: probe.state === 'failed' ? String(probe.error) : undefined,
  };
}

/** Only what is about to fail need not tell where it stands. */
async function fails(probe: ReaderProbe<unknown>): Promise<void> {
  const { length } = probe.records;
  await probe.request(1);
  assert.equal(probe.state, 'failed', `it cannot tell where it stands behind record ${length}`);
}

function cutOf({ position, records, failures }: ReaderProbe<unknown>): Cut {
  const kept: unknown = structuredClone(position);
  assert.deepEqual(kept, position, 'the position is not plain data');
  return { position: kept, records: records.length, failures: failures.length };
}

/** What must be the same of a failure, however it was met. */
export function comparable({ error, origin, raw, partial }: DecodeFailure): object {
  return { message: error.message, origin, raw, partial };
}
