import { json, ndjson } from '../../src/formats.ts';
import type { JsonReadOptions } from '../../src/io/formats/json/json-read-options.ts';
import { type Damaged, describeDamaged } from './damage.ts';

const RECORDS = [
  { id: 1, name: 'Ana', x: { x: 1 } },
  { id: 2, name: 'ü\n"\\', deep: [1, [{ a: null }]] },
  { name: 'other order', id: -0.5e-3 },
];
const DOCUMENT = JSON.stringify(
  { a: [...RECORDS, null, 'text', -1.5e3, [true]], b: { x: [1, '🎁'], 'k y': {} }, x: 'last' },
  null,
  1,
);
const BIG =
  '{"a":[9007199254740993,-12345678901234567890,1e400,9007199254740991,1.00000000000000001],"x":"é"}';
const VALUES = '{"a":[1,{"x":2}]}\n"text ü"\u001e[1,2]\n\n-1.5e3 true\tnull {"x":"🎁"}\n7';

function reading(fixture: string, options: JsonReadOptions): Damaged {
  return { fixture, read: (path, chunkBytes) => json.read(path, { ...options, chunkBytes }) };
}

const LINES = `${[...RECORDS, null, 'text', 7, [1], { id: 3, id2: 4, name: '太郎' }]
  .map((record) => JSON.stringify(record))
  .join('\r\n')}\n\n{"id":1,"id":2,"n\\u0061me":"x"}`;

/** So many lines that look alike that their shape is known. */
const ALIKE = Array.from({ length: 1020 }, (_, id) => `{"id":${id},"name":"n","x":[${id}]}\n`).join('');

describeDamaged(
  {
    'ndjson of which some columns are read': {
      fixture: LINES,
      read: (path, chunkBytes) => ndjson.read(path, { chunkBytes, columns: ['name', 'id', 'missing'] }),
    },
    'ndjson of which some columns are read, of a known shape': {
      head: ALIKE,
      fixture: `${ALIKE.slice(0, 90)}{ "id" : 1 , "name" : "\\u00fc\\"" , "x" : [ ] }\r\n${ALIKE.slice(0, 60)}${LINES}`,
      pieces: [997],
      read: (path, chunkBytes) => ndjson.read(path, { chunkBytes, columns: ['x', 'id', '__proto__'] }),
    },
    'json: the whole document': reading(DOCUMENT, { path: '$' }),
    'json: its members': reading(DOCUMENT, { path: '$.*' }),
    'json: the elements of an array in it': reading(DOCUMENT, { path: '$.a[*]' }),
    'json: the members of an object in it': reading(DOCUMENT, { path: '$.b.*' }),
    'json: all that are called so': reading(DOCUMENT, { path: '$..x' }),
    'json: one element': reading(DOCUMENT, { path: '$.a[1]' }),
    'json: several paths': reading(DOCUMENT, { path: ['$.a[*].name', '$.b.x[*]', '$.x'] }),
    'json: the elements, with small limits': reading(DOCUMENT, {
      path: '$.a[*]',
      maxRecordBytes: 40,
      maxKeys: 2,
      maxDepth: 6,
    }),
    'json: picks, with small limits': reading(DOCUMENT, {
      path: '$.a[*].*',
      maxRecordBytes: 12,
      maxDepth: 6,
    }),
    'json: values': reading(VALUES, { mode: 'values' }),
    'json: elements of values': reading('{"a":[1,{"x":2}]}\n\u001e{"a":[]}{"a":["ü"]}', {
      mode: 'values',
      path: '$.a[*]',
    }),
    'json: picks of values': reading(VALUES, { mode: 'values', path: ['$..x', '$[1]'] }),
    'json: big integers among elements': reading(BIG, { path: '$.a[*]', bigints: 'bigint' }),
    'json: big integers of a document': reading(BIG, { path: '$', bigints: 'string' }),
    'json: big integers that are picked': reading(BIG, { path: ['$.a[0]', '$.a[1]'], bigints: 'bigint' }),
    'json: big integers of values': reading(BIG.replaceAll(',', ' '), { mode: 'values', bigints: 'bigint' }),
  },
  45,
);
