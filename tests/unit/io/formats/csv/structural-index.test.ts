import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assemble, bytesModule, WASM_SOURCES } from '../../../../../scripts/assemble-wasm.ts';
import { canIndex, WINDOW, withIndex } from '../../../../../src/io/formats/csv/structural-index.ts';
import { read } from '../../../../check/repository.ts';

const MARKS = { delimiter: 44, quote: 34, newline: 10 };

interface Found {
  readonly rows: (readonly [fields: number, quoted: boolean, next: number])[];
  readonly ends: number[];
  readonly end: number;
  readonly quotedLines: number;
  readonly whole: boolean;
}

function index(text: string, marks = MARKS): Found {
  return withIndex((index) => {
    const length = index.bytes.write(text);
    const count = index.scan(0, length, 0, marks);
    const rows = Array.from({ length: count }, (_, row) => {
      const mark = index.rows[2 * row]!;
      return [mark >> 1, mark % 2 === 1, index.rows[2 * row + 1]!] as const;
    });
    const fields = rows.at(-1)?.[0] ?? 0;
    const { end, quotedLines, stopped } = index;
    return { rows, ends: [...index.ends.subarray(0, fields)], end, quotedLines, whole: stopped >= length };
  });
}

/** What the index must be, found character by character. */
function expected(text: string): Found {
  const rows: Found['rows'] = [];
  const ends: number[] = [];
  let quoted = false;
  let hasQuote = false;
  let [start, fields, lines, quotedLines, end] = [0, [] as number[], 0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      quoted = !quoted;
      hasQuote = true;
    } else if (quoted && character === '\n') lines++;
    else if (!quoted && character === ',') fields.push(at);
    else if (!quoted && character === '\n') {
      fields.push(at > start && text[at - 1] === '\r' ? at - 1 : at);
      ends.push(...fields);
      rows.push([ends.length, hasQuote, at + 1]);
      [start, fields, hasQuote, quotedLines] = [at + 1, [], false, lines];
      end = Buffer.byteLength(text.slice(0, start));
    }
  }
  return { rows, ends, end, quotedLines, whole: true };
}

const field = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'ü', '漢', '🙂', ' ', "'"), maxLength: 40 }),
  fc
    .string({ unit: fc.constantFrom('a', 'ü', '漢', '🙂', ',', '\n', '\r', '"'), maxLength: 90 })
    .map((text) => `"${text.replaceAll('"', '""')}"`),
);
const files = fc
  .array(
    fc.record({
      fields: fc.array(field, { minLength: 1, maxLength: 9 }),
      end: fc.constantFrom('\n', '\n', '\r\n'),
    }),
    { maxLength: 30 },
  )
  .map((rows) => rows.map(({ fields, end }) => fields.join(',') + end).join(''));

describe('the structural index', () => {
  test.each(WASM_SOURCES)('the bytes that are checked in are those of %s', async (source) => {
    expect(read(bytesModule(source))).toBe(await assemble(source));
  });

  test('this process can run it', () => {
    expect(canIndex()).toBe(true);
  });

  test('gives fields and rows as indices of the text, of characters of any size', () => {
    fc.assert(
      fc.property(files, (text) => {
        expect(index(text)).toEqual(expected(text));
      }),
      { numRuns: 500 },
    );
  });

  test('stops where quotes are odd, behind the rows before', () => {
    const pad = 'x'.repeat(70);
    for (const row of ['x"y,z', '"x"y,z', '"x" ,z', '"x"\r,z', ' "x",z']) {
      for (const before of [`a,b\n`, `${pad},b\n`, `${'🙂'.repeat(20)},"\n"\r\n`]) {
        const { rows, whole } = index(`${before}${row}\n1,2\n${pad}${pad}\n`);
        expect([rows.length, whole], before + row).toEqual([1, false]);
      }
    }
  });

  test('quotes and carriage returns mean something across the border of two steps too', () => {
    for (let length = 58; length < 70; length++) {
      const text = `${'x'.repeat(length)},"y""z"\r\n"ü",z\r\n`;
      expect(index(text), `${length}`).toEqual(expected(text));
    }
  });

  test('a window of nothing but ends of fields fits', () => {
    const { ends, rows } = index(','.repeat(WINDOW - 1));
    expect([ends, rows]).toEqual([[], []]);
    expect(index('\n'.repeat(WINDOW)).rows).toHaveLength(WINDOW);
  });

  test('other marks, no quote, and carriage returns as line ends', () => {
    const marks = { delimiter: 9, quote: 255, newline: 13 };
    expect(index('a"\t"b\n\rc\t\r', marks)).toEqual({
      rows: [
        [2, false, 7],
        [4, false, 10],
      ],
      ends: [2, 6, 8, 9],
      end: 10,
      quotedLines: 0,
      whole: true,
    });
  });

  test('a nested use gets an index of its own', () => {
    withIndex((outer) => {
      outer.bytes.write('a\n');
      outer.scan(0, 2, 0, MARKS);
      expect(index('b,c\n').ends).toEqual([1, 3]);
      expect(outer.ends[0]).toBe(1);
      expect(outer.end).toBe(2);
    });
  });
});
