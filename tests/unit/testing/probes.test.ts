import { Observable } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { batch, CountedOrigin } from '../../../src/core/batch.ts';
import type { ReadContext, Reader } from '../../../src/interfaces/reader.ts';
import type { Item } from '../../../src/interfaces/signal.ts';
import type { Sink, Writer } from '../../../src/interfaces/writer.ts';
import type { ConformanceCase } from '../../../src/testing/operator-conformance.ts';
import { readerConformance } from '../../../src/testing/reader-conformance.ts';
import { probeReader } from '../../../src/testing/reader-probe.ts';
import { probeSource } from '../../../src/testing/source-probe.ts';
import { turns } from '../../../src/testing/turns.ts';
import { writerConformance } from '../../../src/testing/writer-conformance.ts';

function readerOf(open: (context: ReadContext) => Observable<Item<number>>): Reader<number> {
  return Object.freeze({
    name: 'bad',
    label: 'bad',
    traits: { bounded: true, replay: 'none', splittable: false } as const,
    open,
  });
}

const item = (...records: number[]) => batch(records, new CountedOrigin('bad', 1));

async function failed(suite: readonly ConformanceCase[]): Promise<string[]> {
  const names: string[] = [];
  for (const { name, run } of suite) {
    await run().catch(() => names.push(name.replace(/^bad /, '')));
  }
  return names;
}

describe('a source played by hand', () => {
  test('emits what it is told, and says whether it is held back', async () => {
    const source = probeSource<number>();
    const probe = probeReader(source);
    await source.opened();
    expect(source.paused).toBe(true);
    const asked = probe.request(1);
    await source.ready();
    source.signal({ kind: 'watermark', time: 5 });
    source.push(1, 2);
    await asked;
    expect(probe.items.map(({ kind }) => kind)).toEqual(['watermark', 'batch']);
    expect(probe.origins.map(({ record }) => record)).toEqual([1, 2]);
    expect(probe.unasked).toBe(0);
    source.push(3);
    expect(probe.unasked).toBe(1);
    source.fail(new Error('told to'));
    await expect(probe.rest()).rejects.toThrow('told to');
    expect(source.isOpen).toBe(false);
  });

  test('cannot emit before a run has it open', () => {
    expect(() => probeSource().push()).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL' }));
  });
});

describe('the conformance suite of readers', () => {
  test('finds one that emits while it is held back', async () => {
    const rude = () =>
      readerOf(
        () =>
          new Observable((to) => {
            to.next(item(1, 2));
            to.complete();
          }),
      );
    expect(await failed(readerConformance('bad', rude, { output: [1, 2] }))).toContain(
      'emits nothing while it is held back',
    );
  });

  test('finds one that begins before it is subscribed to, goes on after it was left, or shares a state', async () => {
    let left = 3;
    const hot = () =>
      readerOf((context) => {
        void context.demand.ready();
        return new Observable((to) => {
          const next = to.next.bind(to);
          void context.demand.ready().then(async () => {
            for (; left > 0; left--) {
              next(item(left));
              await turns();
            }
            to.complete();
          });
        });
      });
    const found = await failed(readerConformance('bad', hot, { output: [3, 2, 1] }));
    expect(found).toContain('is cold: opens nothing before it is subscribed to');
    expect(found).toContain('can be open twice at once');
  });

  test('finds one that leaks', async () => {
    let opened = 0;
    const leaking = () =>
      readerOf(
        ({ demand }) =>
          new Observable((to) => {
            opened++;
            void demand.ready().then(() => {
              to.next(item(1));
              to.complete();
            });
          }),
      );
    const found = await failed(readerConformance('bad', leaking, { output: [1], leaks: () => opened }));
    expect(found).toContain('emits all records in order, each with its origin');
  });
});

describe('the conformance suite of writers', () => {
  const cases = { input: [1, 2, 3], output: [1, 2, 3], nothing: [], empty: [], poison: -1 };

  function writerOf(sink: (seen: number[]) => Partial<Sink<number>>) {
    return () => {
      const seen: number[] = [];
      const writer: Writer<number> = Object.freeze({
        name: 'bad',
        label: 'bad',
        traits: { commit: 'none' } as const,
        open: async () => ({ write: () => {}, close: async () => {}, abort: async () => {}, ...sink(seen) }),
      });
      return { writer, written: () => seen };
    };
  }

  test('finds one that takes half of a batch', async () => {
    const half = writerOf((seen) => ({
      write: ({ records }) => {
        for (const record of records) {
          if (record < 0) throw new Error('negative');
          seen.push(record);
        }
      },
      abort: async () => {
        seen.length = 0;
      },
    }));
    expect(await failed(writerConformance('bad', half, cases))).toEqual([
      'refuses a batch, and goes on without the bad record',
    ]);
  });

  test('finds one that leaves something behind an abort, and one that swallows a fault', async () => {
    const careless = writerOf((seen) => ({
      write: ({ records }) => {
        seen.push(...records.filter((record) => record >= 0));
      },
    }));
    const found = await failed(
      writerConformance('bad', careless, { ...cases, faults: { 'it breaks': careless } }),
    );
    expect(found).toEqual([
      'leaves nothing half-written when it is aborted',
      'refuses a batch, and goes on without the bad record',
      'can be aborted after it refused a batch',
      'says so and leaves nothing when it breaks',
    ]);
  });
});
