import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { assemble, bytesModule } from '../../../../../scripts/assemble-wasm.ts';
import { ARRAY_END, OBJECT_END } from '../../../../../src/io/formats/json/element-spans.ts';
import { Structure } from '../../../../../src/io/formats/json/structure.ts';
import { KERNEL_BYTES, structureKernel } from '../../../../../src/io/formats/json/structure-kernel.ts';
import { read } from '../../../../check/repository.ts';

interface Scanned {
  readonly stops: number[];
  readonly cuts: number[];
  readonly lines: number;
  readonly ended: boolean;
  readonly fault: unknown;
}

/** Scans chunks of `sizes`, again and again; places are those in the whole. */
function scanned(
  text: Uint8Array,
  sizes: readonly number[],
  way: 'kernel' | 'bytes',
  closer: number,
): Scanned {
  const structure = new Structure(1, 6, closer);
  const found = { stops: [] as number[], cuts: [] as number[], lines: 0 };
  for (let from = 0, turn = 0; from < text.length; turn++) {
    const chunk = text.subarray(from, from + sizes[turn % sizes.length]!);
    const at = way === 'kernel' ? structure.scan(chunk, 0) : structure.scanBytes(chunk, 0, false);
    found.stops.push(from + at);
    if (structure.cut !== -1) found.cuts.push(from + structure.cut);
    found.lines += structure.lines;
    if (structure.ended || structure.fault !== undefined) break;
    from += chunk.length;
  }
  return { ...found, ended: structure.ended, fault: structure.fault };
}

/** Much of what means something, a bit of what does not, and runs long enough for whole steps of 64 bytes. */
const texts = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('[', ']', '{', '}', '[]', '{}', '{"a":[1]}') },
      { weight: 4, arbitrary: fc.constantFrom(',', '"', '"a"', '"\\""', '"\\\\"', '\\', '\\\\', '\n', ':') },
      { weight: 2, arbitrary: fc.constantFrom('Y', '_', 'y', '\x7f', 'é', '🚲', '12') },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom('x', ' ', '\\', '"', '\n', ','), fc.nat(150))
          .map(([unit, count]) => unit.repeat(count)),
      },
    ),
    { minLength: 1, maxLength: 60 },
  )
  .map((parts) => Buffer.from(parts.join('')));

describe('the kernel', () => {
  test('is assembled from its source', async () => {
    const source = 'src/io/formats/json/json-structure.wat';
    expect(read(bytesModule(source))).toBe(await assemble(source));
  });

  test('is there in this runtime', () => expect(structureKernel()).not.toBeNull());

  test.each([ARRAY_END, OBJECT_END])(
    'finds in chunks of any size what a loop over the bytes finds (closer %i)',
    (closer) => {
      const sizes = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 4 });
      fc.assert(
        fc.property(texts, sizes, (text, chunks) => {
          expect(scanned(text, chunks, 'kernel', closer)).toEqual(scanned(text, chunks, 'bytes', closer));
        }),
        { numRuns: 2000 },
      );
    },
  );

  test('takes chunks larger than its memory', () => {
    const element = '{"a":"],[","b":[1,2]},\n';
    const text = Buffer.from(element.repeat((3 * KERNEL_BYTES) / element.length));
    const whole = scanned(text, [text.length], 'kernel', ARRAY_END);
    expect(whole).toEqual(scanned(text, [text.length], 'bytes', ARRAY_END));
    expect(whole.cuts).toEqual([text.length - 1]);
  });

  test('levels deeper than its memory are followed without it', () => {
    const structure = new Structure(1, 100_000, ARRAY_END);
    expect(structure.scan(Buffer.alloc(99_999, '['), 0)).toBe(99_999);
    expect(structure.fault).toBeUndefined();
    structure.scan(Buffer.from('['), 0);
    expect(structure.fault).toMatchObject({ code: 'ERR_LIMIT', at: 0 });
  });

  test('is not missed where there is no WebAssembly', async () => {
    vi.resetModules();
    vi.stubGlobal('WebAssembly', undefined);
    try {
      const kernel = await import('../../../../../src/io/formats/json/structure-kernel.ts');
      const without = await import('../../../../../src/io/formats/json/structure.ts');
      expect(kernel.structureKernel()).toBeNull();
      const structure = new without.Structure(1, 6, ARRAY_END);
      structure.scan(Buffer.from(`${'[1],'.repeat(200)}]`), 0);
      expect([structure.cut, structure.ended]).toEqual([800, true]);
    } finally {
      vi.unstubAllGlobals();
      vi.resetModules();
    }
  });
});
