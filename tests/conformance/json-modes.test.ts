import { describe, test } from 'vitest';
import type { JsonReadOptions } from '../../src/io/formats/json/json-read-options.ts';
import { jsonReader } from '../../src/io/formats/json/json-reader.ts';
import { type ReaderCases, readerConformance } from '../../src/testing/reader-conformance.ts';
import { openFiles, temporaryFolder } from './folder.ts';

const folder = temporaryFolder();

type Cases = Pick<ReaderCases<unknown>, 'output'> & {
  /** Text with bad records, of which `output` is left. */
  readonly bad?: { readonly text: string; readonly output: readonly unknown[]; readonly failures: number };
  /** Text that is not right after `before`. */
  readonly broken?: { readonly text: string; readonly before: readonly unknown[] };
};

function suite(name: string, text: string, options: JsonReadOptions, { output, bad, broken }: Cases): void {
  const file = (content: string) => {
    const path = folder.file('x.json', content);
    return (chunkBytes = 64) => jsonReader(path, { ...options, chunkBytes });
  };
  const read = file(text);
  const cases: ReaderCases<unknown> = {
    leaks: openFiles,
    output,
    chunked: read,
    ...(bad && { bad: { make: file(bad.text), output: bad.output, failures: bad.failures } }),
    ...(broken && { failing: { make: file(broken.text), before: broken.before } }),
  };
  describe(`json with ${name}`, () => {
    for (const one of readerConformance('json', read, cases)) test(one.name, one.run);
  });
}

const rows = Array.from({ length: 40 }, (_, id) => ({
  id,
  note: ['plain', 'ü "]}', '🙂\n', ''][id % 4],
  nested: { of: [id, { deep: [[]] }] },
}));
const document = { about: 'them', rows, more: { rows: [] } };
const indented = JSON.stringify(document, undefined, 2);
const list = JSON.stringify(rows);
const byKey = Object.fromEntries(rows.map((row) => [`key ${row.id}`, row]));
const members = Object.entries(byKey).map(([key, value]) => ({ key, value }));
const spoiled = '[{"id":1},{"id":tru},{"id":2},[,],{"id":3}]';
const left = [{ id: 1 }, { id: 2 }, { id: 3 }];

suite(
  '$, the whole document',
  indented,
  { path: '$' },
  {
    output: [document],
    broken: { text: `${indented} ]`, before: [document] },
  },
);
suite('$ of a scalar', ' "ü" ', { path: '$' }, { output: ['ü'] });
suite(
  '$[*]',
  list,
  { path: '$[*]' },
  {
    output: rows,
    bad: { text: spoiled, output: left, failures: 2 },
    broken: { text: list.slice(0, -1), before: rows },
  },
);
suite(
  '$.* of an object',
  JSON.stringify(byKey, undefined, 1),
  { path: '$.*' },
  {
    output: members,
    bad: {
      text: '{"a":1,"b":tru,"c":{"d":2},"e":[,]}',
      output: [
        { key: 'a', value: 1 },
        { key: 'c', value: { d: 2 } },
      ],
      failures: 2,
    },
    broken: { text: '{"a":1,"b":2', before: [{ key: 'a', value: 1 }] },
  },
);
suite(
  '$.more.* below a key',
  JSON.stringify({ about: rows, more: byKey }),
  { path: '$.more.*' },
  { output: members },
);
suite(
  '$[*].rows[*], through several arrays',
  JSON.stringify([document, { rows: [] }, document]),
  {
    path: '$[*].rows[*]',
  },
  { output: [...rows, ...rows] },
);
suite('$..id, at any depth', indented, { path: '$..id' }, { output: rows.map(({ id }) => id) });
suite('$.rows[7], one element', indented, { path: '$.rows[7]' }, { output: [rows[7]] });
suite(
  'several paths',
  JSON.stringify({ a: rows, between: 1, b: rows.slice(3), c: { key: [2] } }),
  {
    path: ['$.a[*]', '$.b[*]', '$.c.key'],
  },
  {
    output: [...rows, ...rows.slice(3), [2]],
  },
);
suite(
  'several paths of the same array',
  list,
  { path: ['$[*].id', '$[*].note'] },
  {
    output: rows.flatMap(({ id, note }) => [id, note]),
  },
);

const values = { mode: 'values' } as const;
const texts = rows.map((row) => JSON.stringify(row));
suite('values one behind the other', texts.join(''), values, { output: rows });
suite('values with white space between them', `\ufeff${texts.join('\r\n \t')}\n`, values, {
  output: rows,
  broken: { text: `${texts.join('\n')}\n{"id":`, before: rows },
});
suite('values of all kinds', '1 -2.5e3\ttrue null "ü"[]{}[1]"x"false\n0', values, {
  output: [1, -2500, true, null, 'ü', [], {}, [1], 'x', false, 0],
});
suite('values as a JSON text sequence', texts.map((text) => `\u001e${text}\n`).join(''), values, {
  output: rows,
});
suite(
  'values of which elements are taken',
  `${list}\n[]\n${list}`,
  { ...values, path: '$[*]' },
  {
    output: [...rows, ...rows],
  },
);
for (const bigints of ['bigint', 'string'] as const) {
  const digits = '123456789012345678901234567890';
  suite(
    `big integers as ${bigints}`,
    `[1,${digits},{"n":[-${digits}]},1e30]`,
    { bigints },
    {
      output: [
        1,
        bigints === 'bigint' ? BigInt(digits) : digits,
        { n: [bigints === 'bigint' ? -BigInt(digits) : `-${digits}`] },
        1e30,
      ],
      bad: {
        text: `[${digits},nul,2]`,
        output: [bigints === 'bigint' ? BigInt(digits) : digits, 2],
        failures: 1,
      },
    },
  );
}
