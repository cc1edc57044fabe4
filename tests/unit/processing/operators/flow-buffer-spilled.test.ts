import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { from, readFrom } from '../../../../src/from.ts';
import type { DuplexContext, DuplexOperator } from '../../../../src/interfaces/operator.ts';
import { discard } from '../../../../src/io/memory/discard.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { buffer } from '../../../../src/processing/operators/buffer.ts';
import { defineOperator } from '../../../../src/processing/operators/define-operator.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { MemoryBudget } from '../../../../src/processing/runtime/spill/memory-budget.ts';
import { SpillFolder } from '../../../../src/processing/runtime/spill/spill-folder.ts';
import { run, start } from '../../../../src/start.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { type DiskFailure, failingSpill } from '../runtime/faulty-spill.ts';
import { gate, recording } from '../runtime/recording-writer.ts';
import { barrier, type Line, numbers, scripted, watermark } from '../runtime/scripted-reader.ts';
import { LEAST, spillingFolder } from '../runtime/spilling-folder.ts';

const { folder, options: least } = spillingFolder();
const options = { ...least, stallAfter: false, clock: virtualClock() } as const;
const spilling = <A>(size: number) => buffer<A>({ size, overflow: 'spill' });
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

/** Files of the run that goes on. */
const files = (): string[] => readdirSync(folder).flatMap((run) => readdirSync(join(folder, run)));

/** Lets the disk work until something is so: it goes at a pace of its own, and the test gives up when it takes too long. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turns(5);
}

/** A sink that takes nothing until its door opens. */
function stuck() {
  const door = gate();
  return { door, sink: recording<number>({ write: () => door.opened }) };
}

/** Takes one record, and is done with it when the run is over. */
const stalled = defineOperator<unknown, unknown>({
  name: 'stalled',
  kind: 'async',
  cardinality: 'one',
  async: { concurrency: 1 },
  create: () => ({
    call: (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  }),
});

describe('a buffer that spills', () => {
  test('never holds back upstream for long, and gives all back in order, with its files gone when they are read', async () => {
    const { door, sink } = stuck();
    const reader = scripted(numbers(3, 6000));
    const flow = readFrom(reader).pipe(spilling<number>(10));
    const live = start(pipeline('x', flow.to(sink)), options);
    await until(() => reader.emitted >= 2000);
    expect(files().length).toBeGreaterThan(0);
    door.open();
    const { balance, held } = await live.done;
    expect(sink.records).toEqual(upTo(6000));
    expect(balance).toMatchObject({ read: 6000, written: 6000, filtered: 0, closed: true });
    expect(held!.spilled).toBeGreaterThan(0);
    expect(held!.peak).toBeLessThanOrEqual(64 * 1024);
  });

  test('leaves the disk when downstream has caught up, while the run goes on', async () => {
    let door = gate();
    const sink = recording<number>({ write: () => door.opened });
    const more = gate();
    async function* source() {
      yield* upTo(500);
      await more.opened;
      yield* upTo(500);
    }
    const live = start(pipeline('x', from(source()).pipe(spilling<number>(5)).to(sink)), options);
    await until(() => files().length > 0);
    door.open();
    await until(() => sink.records.length === 500 && files().length === 0);
    door = gate();
    more.open();
    await until(() => files().length > 0);
    door.open();
    await live.done;
    expect(sink.records).toEqual([...upTo(500), ...upTo(500)]);
  });

  test('writes nothing while downstream keeps up, however long a batch is', async () => {
    const out = toArray<number>();
    const { held } = await run(pipeline('x', from(upTo(3000)).pipe(spilling<number>(7)).to(out)), options);
    expect(out.records).toEqual(upTo(3000));
    expect(held!.spilled).toBe(0);
  });

  test('keeps the order, whatever the batches, the size, and the turns that downstream takes', async () => {
    let beyond = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 30 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 12 })),
        async (lengths, size, pauses) => {
          let next = 0;
          const lines: Line<number>[] = lengths.flatMap((length, n) => {
            const records = Array.from({ length }, () => next++);
            return n % 3 === 0 ? [records, watermark(n)] : [records];
          });
          const seen: number[] = [];
          const spy = defineOperator<number, number>({
            name: 'spy',
            cardinality: 'one',
            create: () => ({
              push: (n, emit) => {
                seen.push(n);
                emit(n);
              },
              watermark: (time) => void seen.push(-1 - time),
            }),
          });
          const slow = recording<number>({ write: () => turns(pauses.next().value) });
          const flow = readFrom(scripted(lines)).pipe(spilling<number>(size), spy);
          const { balance, held } = await run(pipeline('x', flow.to(slow)), options);
          if (held!.spilled > 0) beyond++;
          expect(slow.records).toEqual(upTo(next));
          expect(balance.closed).toBe(true);
          // Of times with no record between them only the last need come; none may come early or late.
          const wanted: number[] = [];
          let record = 0;
          for (const [n, length] of lengths.entries()) {
            for (let one = 0; one < length; one++) wanted.push(record++);
            if (n % 3 === 0) wanted.push(-1 - n);
          }
          expect(seen).toEqual(wanted);
        },
      ),
      { numRuns: 60, seed: 5 },
    );
    expect(beyond).toBeGreaterThan(20);
  });

  test('lets signals keep their places among the records on the disk', async () => {
    const spill = new SpillFolder(folder);
    const { logic, log, door } = bare(spill);
    await logic.write(upTo(40), { source: 'x', at: (index) => ({ source: 'x', record: index + 1 }) });
    await logic.signal!(watermark(10));
    await logic.signal!(watermark(20));
    await logic.signal!(barrier(1));
    await logic.write([40], { source: 'x', at: () => ({ source: 'x', record: 41 }) });
    await logic.signal!(watermark(30));
    door.open();
    await logic.end();
    expect(log).toEqual([...upTo(40), watermark(20), barrier(1), 40, watermark(30)]);
    await spill.close();
  });

  test('leaves records their origins, so that a failure behind it names the right one', async () => {
    const door = gate();
    const held = defineOperator<number, number>({
      name: 'held',
      kind: 'async',
      cardinality: 'one',
      async: { concurrency: 1 },
      create: () => ({ call: (n) => door.opened.then(() => n) }),
    });
    const broken = map((n: number) => {
      if (n === 777) throw new Error('the wrong one');
      return n;
    });
    const reader = scripted(numbers(4, 1200));
    const flow = readFrom(reader).pipe(spilling<number>(5), held, broken);
    const live = start(pipeline('x', flow.to(discard())), options);
    await until(() => reader.emitted >= 300);
    door.open();
    await expect(live.done).rejects.toMatchObject({ origin: { record: 778 } });
  });
});

describe('ends that leave nothing on the disk', () => {
  test('downstream has enough', async () => {
    const slow = recording<number>({ write: () => turns(20) });
    const flow = readFrom(scripted(numbers(10, 3000))).pipe(spilling<number>(5), take(600));
    const { balance } = await run(pipeline('x', flow.to(slow)), options);
    expect(slow.records).toEqual(upTo(600));
    expect(balance).toMatchObject({ written: 600, closed: true, gaps: [] });
  });

  test('the run is aborted', async () => {
    const endless = readFrom(scripted(numbers(7), { traits: { bounded: false } }));
    const flow = endless.pipe(spilling<number>(2), stalled);
    const live = start(pipeline('x', flow.to(discard())), options);
    await until(() => files().length > 0);
    await live.abort();
    await expect(live.done).rejects.toMatchObject({ code: 'ERR_ABORTED', secondary: [] });
  });

  test('a record cannot be written, and is named', async () => {
    const records = upTo(100).map((n) => (n === 60 ? () => n : n));
    const flow = from(records).pipe(spilling<unknown>(2), stalled);
    await expect(run(pipeline('x', flow.to(discard())), options)).rejects.toMatchObject({
      code: 'ERR_ENCODE',
      message: expect.stringMatching(/^Cannot hold .+ record 61 in "buffer"/),
    });
  });

  test('the pipeline may not spill', async () => {
    const flow = readFrom(scripted(numbers(10, 1000))).pipe(spilling<number>(2), stalled);
    const off = run(pipeline('x', flow.to(discard())), { ...options, spill: false });
    await expect(off).rejects.toMatchObject({
      code: 'ERR_MEMORY',
      message:
        'Cannot hold records that wait in "buffer": the memory of the pipeline is 65.5 kB, and spilling is off',
    });
  });

  test.each<DiskFailure>([
    ['write', 3, 'ENOSPC', 'ERR_SPACE'],
    ['open', 1, 'ENOSPC', 'ERR_SPACE'],
    ['read', 2, 'EIO', 'ERR_IO'],
  ])('the disk fails: %s %i', async (...failure) => {
    const spill = new SpillFolder(folder, failingSpill(failure));
    const { logic, memory, failures, door } = bare(spill);
    await logic.write(upTo(5000), { source: 'x', at: (index) => ({ source: 'x', record: index + 1 }) });
    door.open();
    await logic.end();
    expect(failures).toEqual([expect.objectContaining({ code: failure[3] })]);
    logic.abort(undefined);
    expect(memory.used).toBe(0);
    await spill.close();
  });
});

/** The logic of a buffer by itself, with a downstream that takes nothing until its door opens. */
function bare(spill: SpillFolder) {
  const door = gate();
  const log: unknown[] = [];
  const failures: unknown[] = [];
  const memory = new MemoryBudget(LEAST).account('buffer');
  const logic = (spilling<number>(4) as DuplexOperator<number, number>).create({
    node: 'buffer',
    memory,
    spill,
    clock: virtualClock(),
    cancelled: false,
    emit: async (records: readonly number[]) => {
      await door.opened;
      log.push(...records);
    },
    forward: async (signal: unknown) => void log.push(signal),
    fail: (error: unknown) => void failures.push(error),
  } as unknown as DuplexContext<number>);
  return { logic, log, memory, failures, door };
}
