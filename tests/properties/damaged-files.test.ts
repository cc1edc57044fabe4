import { csv, json, ndjson, text } from '../../src/formats.ts';
import { type Damaged, describeDamaged } from './damage.ts';

const ROWS = `id,name,note
1,Ana,"said ""no"", and left"
2,Søren,"two
lines"

3,太郎,plain
4,"x",🎁
`;
const LINES = [{ id: 1, name: 'Ana' }, { id: 2, deep: [1, [{ a: 'ü\n"' }]] }, null, 'text', -1.5e3, [true]];
const NDJSON = `${LINES.map((line) => JSON.stringify(line)).join('\n')}\n`;
const LOG = 'one\r\ntwo ü\n\n  at three\nfour';

const CASES: Readonly<Record<string, Damaged>> = {
  csv: { fixture: ROWS, read: (path, chunkBytes) => csv.read(path, { chunkBytes }) },
  'csv that is cut to fit': {
    fixture: ROWS.replaceAll('\n', '\r\n'),
    read: (path, chunkBytes) => csv.read(path, { chunkBytes, ragged: 'fit', columns: ['note', 'id'] }),
  },
  'csv by papaparse': {
    fixture: `#x\n${ROWS}`,
    read: (path, chunkBytes) => csv.read(path, { chunkBytes, comment: '#' }),
  },
  'csv with a small limit': {
    fixture: ROWS,
    read: (path, chunkBytes) => csv.read(path, { chunkBytes, maxRecordBytes: 30 }),
  },
  ndjson: { fixture: NDJSON, read: (path, chunkBytes) => ndjson.read(path, { chunkBytes }) },
  json: {
    fixture: JSON.stringify({ items: LINES }, null, 1),
    read: (path, chunkBytes) => json.read(path, { chunkBytes, path: '$.items[*]' }),
  },
  text: { fixture: LOG, read: (path, chunkBytes) => text.read(path, { chunkBytes }) },
  'text in records of several lines': {
    fixture: '12:00 one\n  more\n12:01 two ü\n\n12:02 three',
    read: (path, chunkBytes) =>
      text.read(path, { chunkBytes, start: /^\d\d:/, fields: /^(?<time>[\d:]+) (?<message>.*)$/s }),
  },
  'utf-16 text': {
    fixture: Buffer.from(`\ufeff${LOG}`, 'utf16le'),
    read: (path, chunkBytes) => text.read(path, { chunkBytes }),
  },
};

describeDamaged(CASES, 120);
