import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UNCONVERTIBLE } from '../../../../../src/core/unconvertible.ts';
import type { Layout } from '../../../../../src/io/formats/csv/csv-layout.ts';
import {
  fieldsOf,
  genericRowBuilder,
  type RowBuilder,
  rowBuilder,
} from '../../../../../src/io/formats/csv/row-builder.ts';
import { withIndex } from '../../../../../src/io/formats/csv/structural-index.ts';

const MARKS = { delimiter: 44, quote: 34, newline: 10 };

type Pick = readonly [name: string, from: number, converts: boolean];

/** A layout that picks fields, of which some convert. */
function layout(width: number, picks?: readonly Pick[]): Layout {
  const fields = picks?.map(([name, from, converts]) => ({
    name,
    from,
    ...(converts ? { convert: (text: string) => (text === 'no' ? UNCONVERTIBLE : text.length) } : {}),
  }));
  const make = (row: readonly string[]): unknown => {
    if (fields === undefined) return [...row];
    const values = fields.map(({ from, convert }) => {
      const text = row[from];
      return text === undefined || convert === undefined ? text : convert(text);
    });
    if (values.includes(UNCONVERTIBLE)) return UNCONVERTIBLE;
    return Object.fromEntries(fields.map(({ name }, at) => [name, values[at]]));
  };
  return { fields, width, make } as Partial<Layout> as Layout;
}

interface Built {
  readonly records: unknown[];
  /** Rows that were odd. */
  readonly odd: number[];
}

function build(builder: RowBuilder, text: string): Built {
  return withIndex((index) => {
    const found = index.scan(0, index.bytes.write(text), 0, MARKS);
    const indexed = { text, ends: index.ends, rows: index.rows, start: 0 };
    const built: Built = { records: [], odd: [] };
    for (let row = 0; row < found; row++) {
      row = builder(indexed, row, found, built.records);
      if (row < found) built.odd.push(row);
    }
    return built;
  });
}

const cell = fc.oneof(
  fc.constantFrom('', 'no', 'a', 'ü'),
  fc
    .string({ unit: fc.constantFrom('a', ',', '"', '\n', '🙂'), maxLength: 5 })
    .map((text) => `"${text.replaceAll('"', '""')}"`),
);

const names = fc.uniqueArray(fc.constantFrom('a', 'b', '__proto__', 'constructor', '"\\\u2028'), {
  minLength: 1,
});
const layouts = fc.integer({ min: 1, max: 4 }).chain((width) =>
  fc
    .option(
      names.chain((names) =>
        fc.tuple(
          ...names.map((name) =>
            fc.tuple(fc.constant(name), fc.integer({ min: -1, max: width - 1 }), fc.boolean()),
          ),
        ),
      ),
      { nil: undefined },
    )
    .map((picks) => layout(width, picks as Pick[] | undefined)),
);

describe('row builders', () => {
  test('the generated loop and the generic one make the same records, and stop at the same rows', () => {
    const tables = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 8 });
    fc.assert(
      fc.property(layouts, tables, (layout, table) => {
        const text = table.map((row) => `${row.join(',')}\n`).join('');
        const generated = build(rowBuilder(layout, '"'), text);
        expect(generated).toEqual(build(genericRowBuilder(layout, '"'), text));
        expect(generated.records.length + generated.odd.length).toBe(table.length);
      }),
      { numRuns: 1000 },
    );
  });

  test('a field that no row has is undefined; one that does not convert stops the loop', () => {
    const picks: Pick[] = [
      ['x', -1, false],
      ['y', 1, true],
    ];
    for (const make of [rowBuilder, genericRowBuilder]) {
      const { records, odd } = build(make(layout(2, picks), '"'), '1,2\n1,no\n1,"no"\n1,"a""b"\n');
      expect(records).toStrictEqual([
        { x: undefined, y: 1 },
        { x: undefined, y: 3 },
      ]);
      expect(odd).toEqual([1, 2]);
    }
  });

  test('records of very many fields are built too', () => {
    const picks = Array.from({ length: 2000 }, (_, at): Pick => [`c${at}`, at, false]);
    const { records } = build(rowBuilder(layout(2000, picks), '"'), `${Array(2000).fill('x').join(',')}\n`);
    expect(Object.keys(records[0] as object)).toHaveLength(2000);
  });

  test('all fields of an odd row can be read', () => {
    withIndex((index) => {
      const text = '1\n2,"a""\n",\n';
      const found = index.scan(0, index.bytes.write(text), 0, MARKS);
      const indexed = { text, ends: index.ends, rows: index.rows, start: 0 };
      const all = Array.from({ length: found }, (_, row) => fieldsOf(indexed, row, '"'));
      expect(all).toEqual([['1'], ['2', 'a"\n', '']]);
    });
  });
});

describe('processes with less than usual', () => {
  const file = 'a,b\n1,"ü ""q"""\n2\n3,4\n';
  const program = `
    await import('./src/core/errors.ts');
    if (process.argv.at(-1) === 'bare') delete globalThis.WebAssembly;
    const { CsvDecoder } = await import('./src/io/formats/csv/csv-decoder.ts');
    const { CsvReadSchema } = await import('./src/io/formats/csv/csv-read-options.ts');
    const { canIndex } = await import('./src/io/formats/csv/structural-index.ts');
    const records = [{}, { columns: ['b'] }, { header: false }].map((options) => {
      const decoder = new CsvDecoder(CsvReadSchema.parse(options), { source: 't', failed() {} });
      return decoder.decode(Buffer.from(${JSON.stringify(file)})).records;
    });
    console.log(JSON.stringify({ canIndex: canIndex(), records }));
  `;
  const outcome = (mode: string, ...flags: string[]): unknown =>
    JSON.parse(
      execFileSync(process.execPath, [...flags, '--input-type=module', '--eval', program, mode], {
        cwd: join(import.meta.dirname, '../../../../..'),
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
  const records = [
    [
      { a: '1', b: 'ü "q"' },
      { a: '3', b: '4' },
    ],
    [{ b: 'ü "q"' }, { b: '4' }],
    [
      ['a', 'b'],
      ['1', 'ü "q"'],
      ['3', '4'],
    ],
  ];

  test('where code must not be generated, csv is read all the same', () => {
    expect(outcome('whole', '--disallow-code-generation-from-strings')).toEqual({ canIndex: true, records });
  });

  test('where there is no WebAssembly, csv is read by papaparse', () => {
    expect(outcome('bare')).toEqual({ canIndex: false, records });
  });
});
