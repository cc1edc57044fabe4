import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { standingText } from '../../../../src/cli/checkpoints/position-text.ts';

const head = { bytes: 4, hash: 'x' };
const identity = { kind: 'file', device: '1', inode: '2', size: 9, modified: 3, head };
const file = { identity, taken: 4096, plain: true, input: 0 };
const text = { byte: 4000, line: 8124, record: 8123, converted: false };
const files = ['a.csv', 'b.csv', '/elsewhere/c.csv'].map((name) => resolve(name));

test.each<[string, unknown]>([
  ['file 2 of 3, b.csv, at line 8,124', { files, done: 1, file: { ...file, text } }],
  ['file 3 of 3, /elsewhere/c.csv, at its beginning', { files, done: 2 }],
  ['all 3 files read', { files, done: 3 }],
  ['at its beginning', { files: [], done: 0 }],
  ['read to its end', { files: files.slice(0, 1), done: 1 }],
  ['a.csv, behind 12,000 rows', { files: files.slice(0, 1), done: 0, file: { ...file, rows: 12_000 } }],
  [
    'a.csv, entry.csv, at line 8,124',
    { files: files.slice(0, 1), done: 0, file: { ...file, name: 'entry.csv', text } },
  ],
  ['a.csv, behind 4,096 bytes', { files: files.slice(0, 1), done: 0, file }],
  [
    'https://example.org/a.csv, at line 8,124',
    { files: ['https://example.org/a.csv'], done: 0, file: { ...file, text } },
  ],
  ['behind 1 record', { records: 1 }],
  ["behind 5,000 records ({ id: 7, part: 'a' })", { records: 5000, at: { id: 7, part: 'a' } }],
  ['12', 12],
  ['"red \\u001b[31m"', 'red \u001B[31m'],
  ['undefined', undefined],
])('says %s', (says, position) => {
  expect(standingText({ at: 'position', position })).toBe(says);
});

test('says of a reader at its ends that it is there', () => {
  expect(standingText({ at: 'beginning' })).toBe('at its beginning');
  expect(standingText({ at: 'end' })).toBe('read to its end');
});
