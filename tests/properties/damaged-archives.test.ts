import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { csv, text } from '../../src/formats.ts';
import { type Packed, tar, zip } from '../unit/io/bytes/archives/packing.ts';
import { type Damaged, describeDamaged } from './damage.ts';

const ROWS = `id,name,note
1,Ana,"said ""no"", and left"
2,Søren,"two
lines"

3,太郎,plain
4,"x",🎁
`;
const FILES: readonly Packed[] = [
  ['a.csv', ROWS],
  ['folder/', ''],
  ['folder/ü.csv', 'id,name,note\n5,Zoë,last\n'],
];
const PLAIN = FILES.filter(([name]) => !name.endsWith('/'));

const TAR = await tar(PLAIN);

const readRows: Damaged['read'] = (path, chunkBytes) => csv.read(path, { chunkBytes });
const readLines: Damaged['read'] = (path, chunkBytes) => text.read(path, { chunkBytes });

const CASES: Readonly<Record<string, Damaged>> = {
  'gzip of two members': {
    packed: true,
    fixture: Buffer.concat([gzipSync(ROWS), gzipSync(ROWS)]),
    read: (path, chunkBytes) => csv.read(path, { chunkBytes, compression: 'gzip' }),
  },
  deflate: {
    packed: true,
    fixture: deflateSync(ROWS),
    read: (path, chunkBytes) => csv.read(path, { chunkBytes, compression: 'deflate' }),
  },
  brotli: {
    packed: true,
    fixture: brotliCompressSync(ROWS),
    read: (path, chunkBytes) => csv.read(path, { chunkBytes, compression: 'brotli' }),
  },
  zstd: {
    packed: true,
    fixture: Buffer.concat([zstdCompressSync(ROWS), zstdCompressSync(ROWS)]),
    read: (path, chunkBytes) => csv.read(path, { chunkBytes, compression: 'zstd' }),
  },
  'tar of lines': { extension: '.tar', fixture: TAR, pieces: [7], read: readLines },
  'tar of csv, some of it chosen': {
    extension: '.tar',
    fixture: TAR,
    pieces: [100],
    read: (path, chunkBytes) => csv.read(path, { chunkBytes, entries: '*.csv', allowEmpty: true }),
  },
  'tar in sound gzip': { extension: '.tgz', fixture: TAR, pieces: [7], pack: gzipSync, read: readLines },
};

/** Few of those that are damaged can be read. */
const ZIPS: Readonly<Record<string, Damaged>> = {
  'zip of csv': { packed: true, extension: '.zip', fixture: await zip(FILES), read: readRows },
  'zip of lines that are stored': {
    extension: '.zip',
    fixture: await zip(FILES, { compress: false }),
    read: readLines,
  },
};

describeDamaged(CASES, 60);
describeDamaged(ZIPS, 120);
