import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMillraceError } from '../../src/core/errors.ts';
import { seededRandom } from '../../src/core/random.ts';
import type { CheckpointSession } from '../../src/interfaces/checkpoint.ts';
import { encodeCheckpoint } from '../../src/processing/checkpoint/checkpoint-file.ts';
import { directoryStore } from '../../src/processing/checkpoint/directory-store.ts';
import { fileName } from '../../src/processing/checkpoint/directory-view.ts';
import { newestWhole } from '../../src/processing/checkpoint/newest-whole.ts';
import { encodeSnapshot } from '../../src/processing/checkpoint/snapshot-codec.ts';
import { Crash, type Fault, type Loss, SimulatedDisk } from './simulated-disk.ts';

const KEEP = 2;
const FOLDER = '/data/state/orders';

/** What checkpoint `id` holds: a few hundred bytes in several chunks, none like those of another. */
const stateOf = (id: number) => ({
  id,
  rows: Array.from({ length: 20 + (id % 7) }, (_, row) => `row ${id * row}`),
});

function* bytesOf(id: number) {
  const head = { id, time: id * 1000, pipeline: 'orders', complete: 'running', manifest: { id } } as const;
  const chunks = [...encodeCheckpoint({ ...head, states: [['rows', encodeSnapshot(stateOf(id))]] })];
  for (const chunk of chunks) for (let at = 0; at < chunk.length; at += 97) yield chunk.subarray(at, at + 97);
}

/** What must be true of a disk, however often it was crashed. */
class Law {
  readonly disk: SimulatedDisk;
  /** Checkpoints that are promised to be there: their writing resolved, or somebody has gone on from them. */
  readonly safe: number[] = [];
  /** The last that anybody began to write. */
  begun = 0;

  constructor(random: () => number) {
    this.disk = new SimulatedDisk(random);
  }

  /** One process: goes on from what is there, and writes checkpoints until it meets its end. */
  async process(writes: number, fault?: { readonly at: number; readonly kind: Fault }): Promise<void> {
    const { fileSystem, machine } = this.disk.start(fault);
    const store = directoryStore('/data/state', { keep: KEEP }, fileSystem, machine);
    let failures = 0;
    while (failures < 2 && !this.disk.crashed) {
      try {
        const session = await store.open({ pipeline: 'orders' });
        try {
          await this.#live(session, writes);
        } finally {
          // A lock that could not be given back can be tried again.
          await session.close().catch(() => session.close());
        }
        return;
      } catch (error) {
        if (error instanceof Crash || this.disk.crashed) return;
        expect(isMillraceError(error), String(error)).toBe(true);
        failures++;
      }
    }
    expect(this.disk.crashed, 'one fault made it fail twice').toBe(true);
  }

  async #live(session: CheckpointSession, writes: number): Promise<void> {
    let next = (await this.#goesOn(session)) + 1;
    for (let left = writes; left > 0; left--) {
      this.begun = next;
      try {
        await session.write(next, bytesOf(next));
      } catch (error) {
        if (this.disk.crashed) throw error;
        expect(error).toMatchObject({
          code: expect.stringMatching(/^ERR_(SPACE|IO)$/),
          hint: expect.any(String),
        });
        await this.#keeps(session);
        expect(this.disk.names(FOLDER).filter((name) => name.includes('partial'))).toEqual([]);
        // Trying again must do: the fault was a single one.
        await session.write(next, bytesOf(next));
      }
      this.safe.push(next++);
    }
  }

  /** The law: the newest that can be read is the last that was promised, or one that was begun after it. */
  async #goesOn(session: CheckpointSession): Promise<number> {
    const { checkpoint, damaged } = await newestWhole(session);
    expect(damaged).toEqual([]);
    const newest = checkpoint?.id ?? 0;
    const promised = this.safe.at(-1) ?? 0;
    expect(newest).toBeGreaterThanOrEqual(promised);
    expect(newest).toBeLessThanOrEqual(Math.max(this.begun, promised));
    if (checkpoint !== undefined) {
      expect(checkpoint).toMatchObject({ id: newest, manifest: { id: newest } });
      expect(checkpoint.states.get('rows')!.value()).toEqual(stateOf(newest));
    }
    await this.#keeps(session);
    if (newest > promised) this.safe.push(newest);
    return newest;
  }

  /** Those before the newest stay as well, but for the one that a newer may have pushed out. */
  async #keeps(session: CheckpointSession): Promise<void> {
    const ids = (await session.list()).map(({ id }) => id);
    for (const id of this.safe.slice(1 - KEEP)) expect(ids).toContain(id);
  }

  /** What is left in the end: a store that works, with nothing of those who died in it. */
  async ends(): Promise<void> {
    const before = this.safe.length;
    await this.process(KEEP + 1);
    expect(this.safe.length).toBeGreaterThanOrEqual(before + KEEP + 1);
    expect(this.disk.crashed).toBe(false);
    const newest = this.safe.at(-1)!;
    expect([...this.disk.names(FOLDER)].sort()).toEqual([fileName(newest - 1), fileName(newest)]);
  }
}

const FAULTS: readonly Fault[] = ['crash', 'ENOSPC', 'EIO', 'short'];
const LOSSES: readonly Loss[] = ['power', 'kill'];

describe('a directory of checkpoints on a disk that keeps no more than it promised', () => {
  /** What comes after the fault, and after another process has gone on from there. */
  const LOSS_OF_BOTH: readonly (readonly [Loss, Loss])[] = [
    ['power', 'power'],
    ['kill', 'kill'],
    ['kill', 'power'],
  ];
  test.each(FAULTS.flatMap((fault) => LOSS_OF_BOTH.map((losses) => [fault, ...losses] as const)))(
    'keeps the newest after %s at any call, then a loss by %s, then one by %s',
    async (kind, loss, later) => {
      for (let at = 0, met = true; met; at++) {
        for (let seed = 0; seed < (later === 'power' ? 8 : 1); seed++) {
          const law = new Law(seededRandom(at * 100 + seed));
          // The one before was killed in the middle: its lock is there.
          if (seed % 2 === 0) {
            await law.process(2, { at: 60, kind: 'crash' });
            law.disk.crash('kill');
          }
          await law.process(4, { at, kind });
          met = law.disk.calls > at;
          law.disk.crash(loss);
          await law.process(seed % 4 === 0 ? 1 : 0);
          law.disk.crash(later);
          await law.ends();
        }
      }
    },
  );

  test('keeps the newest through several crashes in a row, whatever happens in each', async () => {
    const life = fc.record({
      writes: fc.nat(4),
      fault: fc.option(fc.record({ at: fc.nat(150), kind: fc.constantFrom(...FAULTS) }), { nil: undefined }),
      loss: fc.constantFrom(...LOSSES),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 6 }), fc.nat(), async (lives, seed) => {
        const law = new Law(seededRandom(seed));
        for (const { writes, fault, loss } of lives) {
          await law.process(writes, fault);
          law.disk.crash(loss);
        }
        await law.ends();
      }),
      { numRuns: 400 },
    );
  });
});

describe('a damaged checkpoint', () => {
  async function damagedBy(change: (content: Buffer) => Buffer, count = 2) {
    const disk = new SimulatedDisk(seededRandom(1));
    const { fileSystem, machine } = disk.start();
    const store = directoryStore('/data/state', {}, fileSystem, machine);
    const session = await store.open({ pipeline: 'orders' });
    for (let id = 1; id <= count; id++) await session.write(id, bytesOf(id));
    disk.damage(`${FOLDER}/${fileName(count)}`, change);
    return newestWhole(session);
  }
  const length = Buffer.concat([...bytesOf(2)]).length;

  test('is refused whichever byte is another, and the one before is taken', async () => {
    for (let at = 0; at < length; at++) {
      for (const bits of [1, 0x80, 0xff]) {
        const { checkpoint, damaged } = await damagedBy((content) => {
          content[at]! ^= bits;
          return content;
        });
        expect(checkpoint?.id, `byte ${at}`).toBe(1);
        expect(damaged).toMatchObject([{ id: 2, error: { code: 'ERR_CHECKPOINT' } }]);
      }
    }
  });

  test('is refused however much of it is missing, or follows', async () => {
    for (let left = 0; left < length; left++) {
      const { checkpoint, damaged } = await damagedBy((content) => content.subarray(0, left));
      expect(checkpoint?.id, `${left} bytes`).toBe(1);
      expect(damaged).toMatchObject([{ id: 2, error: { code: 'ERR_CHECKPOINT' } }]);
    }
    const longer = await damagedBy((content) => Buffer.concat([content, Buffer.alloc(1)]));
    expect(longer.checkpoint?.id).toBe(1);
    const twice = await damagedBy((content) => Buffer.concat([content, content]));
    expect(twice.checkpoint?.id).toBe(1);
  });

  test('is refused with any damage, also of several bytes', async () => {
    const patch = fc.record({
      at: fc.nat(length - 1),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(patch, { minLength: 1, maxLength: 3 }), async (patches) => {
        let same = true;
        const { checkpoint } = await damagedBy((content) => {
          const before = Buffer.from(content);
          for (const { at, bytes } of patches) content.set(bytes.subarray(0, content.length - at), at);
          same = before.equals(content);
          return content;
        });
        expect(checkpoint?.id).toBe(same ? 2 : 1);
      }),
    );
  });

  test('that is the only one is an error that names it, never a start from nothing', async () => {
    await expect(damagedBy((content) => content.subarray(1), 1)).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringContaining('checkpoint 1 in directory /data/state'),
      details: { damaged: [1] },
    });
  });
});
