import { csv } from '../../src/formats.ts';
import type { CsvReadOptions } from '../../src/io/formats/csv/csv-read-options.ts';
import { type Damaged, describeDamaged } from './damage.ts';

const TYPED = `id,price,when,ok,big,more,note
1,0.5,2025-01-31,true,12345678901234567890,"{""a"":[1]}",first
-2,1e3,2025-01-31T10:00:00Z,false,7,null,"two
lines"
3,,2024-02-29 10:00:00.123+01:00,no,-1,"""text""",Søren

4,12.25,,yes,0,[],🎁
`;
const TYPES = {
  id: 'int',
  price: 'float',
  when: 'date',
  ok: 'boolean',
  big: 'bigint',
  more: 'json',
  note: 'string',
} as const;

const PLAIN = `id,name,note
1,Ana,"said ""no"", and left"
2,Søren,"two
lines"

3,太郎,plain
4,"x",🎁
`;
const ESCAPED = `id,name,note
1,"A \\"B\\" C",plain\\n
2,"C:\\dir","a, b"
3,\\"x,"\\"ü\\""
`;
const BARS = `id||name||note
1||Ana|Bo||"said ""||"""
2||||x|
3||太郎||"two
lines"
`;
const SEMICOLONS = `id;name;note
1;Ana, Bo;"a;b"
2;"x
y";1,5

3;太郎;2,5
`;
const ODD = `id,name,note
1,"Ana" Bo,"a ""b"
2,"x"y","c
d" e,f
3,太郎,"open
4,"",g
`;

function reading(fixture: string, options: CsvReadOptions): Damaged {
  return { fixture, read: (path, chunkBytes) => csv.read(path, { ...options, chunkBytes }) };
}

describeDamaged(
  {
    'csv with a type for each column': reading(TYPED, { types: TYPES }),
    'csv with types and nulls, by papaparse': reading(TYPED, {
      types: TYPES,
      nulls: ['no', '7'],
      trim: true,
      comment: '#',
    }),
    'csv whose types are inferred': reading(TYPED, { types: 'infer' }),
    'csv whose types are inferred, cut to fit': reading(TYPED, {
      types: 'infer',
      ragged: 'fit',
      trim: true,
      nulls: ['no'],
    }),
    'csv with an escape': reading(ESCAPED, { escape: '\\' }),
    'csv with an escape, to repair': reading(ESCAPED, { escape: '\\', quotes: 'repair', ragged: 'pad' }),
    'csv with a delimiter of two characters': reading(BARS, { delimiter: '||' }),
    'csv with a delimiter of two characters, without quotes': reading(BARS, {
      delimiter: '||',
      quote: '',
      ragged: 'fit',
    }),
    'csv whose delimiter is guessed': reading(SEMICOLONS, { dialect: 'auto' }),
    'csv whose delimiter is guessed, as are its types': reading(SEMICOLONS, {
      dialect: 'auto',
      types: 'infer',
      ragged: 'fit',
    }),
    'csv to repair': reading(ODD, { quotes: 'repair' }),
    'csv to repair and cut to fit': reading(ODD, { quotes: 'repair', ragged: 'fit', duplicates: 'rename' }),
    'csv to repair by papaparse': reading(`#x\n${ODD}`, { quotes: 'repair', comment: '#' }),
    'csv without a header': reading(PLAIN, { header: false, trim: true, nulls: ['', 'x'] }),
    'csv with names given, behind lines to skip': reading(`first "line\n\n${PLAIN}`, {
      header: ['a', 'b', 'c'],
      skipLines: 3,
      skipEmptyLines: false,
      ragged: 'pad',
    }),
    'csv with columns renamed': reading(PLAIN, {
      rename: { name: 'who' },
      types: { id: 'int' },
      columns: ['who', 'id'],
      ragged: 'cut',
    }),
    'csv whose lines end in CR': reading(PLAIN.replaceAll('\n', '\r'), {}),
    'csv with few columns allowed': reading(PLAIN, { maxColumns: 3, maxRecordBytes: 40, quotes: 'repair' }),
  },
  45,
);
