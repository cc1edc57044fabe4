import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { WritableStream } from 'node:stream/web';
import { tableFromIPC } from 'apache-arrow';
import { parquetReadObjects } from 'hyparquet';
import { describe, test } from 'vitest';
import type { Encoder } from '../../src/interfaces/format.ts';
import type { Writer } from '../../src/interfaces/writer.ts';
import type { FileWriteOptions } from '../../src/io/bytes/file-options.ts';
import { nodeFileSystem } from '../../src/io/bytes/file-system.ts';
import { fileWriter } from '../../src/io/bytes/file-writer.ts';
import { arrowWriter } from '../../src/io/formats/arrow/arrow-writer.ts';
import { CsvEncoder } from '../../src/io/formats/csv/csv-encoder.ts';
import { CsvWriteSchema } from '../../src/io/formats/csv/csv-write-options.ts';
import { csvWriter } from '../../src/io/formats/csv/csv-writer.ts';
import { jsonWriter } from '../../src/io/formats/json/json-writer.ts';
import { ndjsonEncoder, ndjsonWriter } from '../../src/io/formats/ndjson/ndjson-writer.ts';
import { parquetWriter } from '../../src/io/formats/parquet/parquet-writer.ts';
import { textWriter } from '../../src/io/formats/text/text-writer.ts';
import { discard } from '../../src/io/memory/discard.ts';
import { forEach } from '../../src/io/memory/for-each.ts';
import { nodeWritable } from '../../src/io/memory/node-writable.ts';
import { toArray } from '../../src/io/memory/to-array.ts';
import { webWritable } from '../../src/io/memory/web-writable.ts';
import {
  type MakeWriter,
  type WriterCases,
  writerConformance,
} from '../../src/testing/writer-conformance.ts';
import { faultyFileSystem } from '../unit/io/faulty-file-system.ts';
import { openFiles, temporaryFolder } from './folder.ts';

const folder = temporaryFolder();

function suite<T>(name: string, make: MakeWriter<T>, cases: WriterCases<T>): void {
  describe(name, () => {
    for (const one of writerConformance(name, make, { leaks: openFiles, ...cases })) test(one.name, one.run);
  });
}

function written(text: string | undefined) {
  return { text, partial: 0 };
}

const input: unknown[] = [
  { id: 1, note: 'plain' },
  { id: 2, note: 'two\nlines' },
  { id: 3, note: 'say "hü", then' },
];
const lines = input.map((record) => `${JSON.stringify(record)}\n`).join('');
const csvText = 'id,note\n1,plain\n2,"two\nlines"\n3,"say ""hü"", then"\n';

function file<T>(name: string, write: (path: string) => Writer<T>): MakeWriter<T> {
  return () => {
    const path = folder.path(name);
    return { writer: write(path), written: () => folder.content(path) };
  };
}

const nothing = written(undefined);
const ERRNO = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
const broken = () => Promise.reject(ERRNO);

/** Writers to a file system on which something fails. */
function faults(name: string, encoder: () => Encoder<unknown>): Record<string, MakeWriter<unknown>> {
  const faulty = (fileSystem: Partial<typeof nodeFileSystem>) =>
    file<unknown>(name, (path) =>
      fileWriter({
        name,
        path,
        options: { bufferBytes: 1 },
        encoder,
        fileSystem: { ...nodeFileSystem, ...fileSystem },
      }),
    );
  const handle = (method: 'write' | 'sync') =>
    faulty({
      open: async (path, flags) => {
        const opened = await nodeFileSystem.open(path, flags);
        return {
          write: method === 'write' ? broken : opened.write.bind(opened),
          sync: method === 'sync' ? broken : () => opened.sync(),
          read: opened.read.bind(opened),
          truncate: (length) => opened.truncate(length),
          chmod: (mode) => opened.chmod(mode),
          close: () => opened.close(),
        };
      },
    });
  return {
    'the file cannot be opened': faulty({ open: broken }),
    'a write fails': handle('write'),
    'the sync fails': handle('sync'),
    'the rename fails': faulty({ rename: broken, link: broken }),
  };
}

suite(
  'csv',
  file('a.csv', (path) => csvWriter(path)),
  {
    input,
    output: written(csvText),
    nothing,
    empty: written(''),
    poison: { id: 4, note: 'x', unknown: 'key' },
    faults: faults('csv', () => new CsvEncoder(CsvWriteSchema.parse({}), true)),
  },
);
suite(
  'csv with columns',
  file('b.csv', (path) => csvWriter(path, { columns: ['note', 'id'], newline: '\r\n' })),
  {
    input,
    output: written('note,id\r\nplain,1\r\n"two\nlines",2\r\n"say ""hü"", then",3\r\n'),
    nothing,
    empty: written('note,id\r\n'),
    poison: 'no record',
  },
);
suite(
  'ndjson',
  file('a.ndjson', (path) => ndjsonWriter(path)),
  {
    input,
    output: written(lines),
    nothing,
    empty: written(''),
    poison: 1n,
    faults: faults('ndjson', ndjsonEncoder),
  },
);
/** The rows of a Parquet file are compared, as its bytes have statistics in them. */
async function rowsOf(path: string): Promise<unknown> {
  const { text, partial } = folder.content(path);
  if (text === undefined) return { text, partial };
  const bytes = readFileSync(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  return { text: await parquetReadObjects({ file }), partial };
}
suite(
  'parquet',
  () => {
    const path = folder.path('a.parquet');
    return { writer: parquetWriter(path, { groupRows: 2 }), written: () => rowsOf(path) };
  },
  {
    input,
    output: { text: input, partial: 0 },
    nothing,
    empty: { text: [], partial: 0 },
    poison: 'no record',
  },
);
/** The rows of an Arrow stream. */
function streamedRows(path: string): unknown {
  const { text, partial } = folder.content(path);
  if (text === undefined) return { text, partial };
  const rows = tableFromIPC(readFileSync(path)).toArray() as { toJSON(): unknown }[];
  return { text: rows.map((row) => row.toJSON()), partial };
}
suite(
  'arrow',
  () => {
    const path = folder.path('a.arrows');
    return { writer: arrowWriter(path), written: () => streamedRows(path) };
  },
  {
    input,
    output: { text: input, partial: 0 },
    nothing,
    empty: { text: [], partial: 0 },
    poison: 'no record',
  },
);
suite(
  'json',
  file('a.json', (path) => jsonWriter(path, { indent: 0 })),
  {
    input,
    output: written(`[\n${lines.trimEnd().replaceAll('\n', ',\n')}\n]\n`),
    nothing,
    empty: written('[]\n'),
    poison: 1n,
  },
);
suite(
  'text',
  file('a.txt', (path) => textWriter(path)),
  { input: ['a', 'b', 'c'], output: written('a\nb\nc\n'), nothing, empty: written(''), poison: 4 as never },
);

/** What lies in a folder, by its names. */
function folderOf(write: (folder: string) => Writer<unknown>): MakeWriter<unknown> {
  return () => {
    const root = folder.path('files');
    mkdirSync(root);
    return { writer: write(root), written: () => contents(root) };
  };
}

function contents(root: string): Record<string, string> {
  const found = readdirSync(root, { recursive: true, withFileTypes: true });
  const paths = found.map((entry) => join(entry.parentPath, entry.name) + (entry.isFile() ? '' : '/'));
  return Object.fromEntries(
    paths.sort().map((path) => [relative(root, path), path.endsWith('/') ? '' : readFileSync(path, 'utf8')]),
  );
}

/** Writers of several files to a file system on which something fails. */
function splitFaults(options: FileWriteOptions): Record<string, MakeWriter<unknown>> {
  const faulty = (failing: string, nth: number) =>
    folderOf((root) =>
      fileWriter({
        name: 'csv',
        path: join(root, '{id}/x.csv'),
        options,
        encoder: () => new CsvEncoder(CsvWriteSchema.parse({}), true),
        fileSystem: faultyFileSystem((call, count) =>
          call === failing && count === nth ? ERRNO : undefined,
        ),
      }),
    );
  return {
    'the folder cannot be looked at': faulty('stat', 1),
    'a folder cannot be made': faulty('mkdir', 2),
    'a file cannot be opened': faulty('open', 2),
    'a write fails': faulty('write', 2),
    'a sync fails': faulty('sync', 2),
    'a close fails': faulty('close', 2),
    'a rename fails': faulty('rename', 2),
  };
}

const byId = { partitionBy: 'id', maxOpenFiles: 2 } as const;
suite(
  'csv by partitions',
  folderOf((root) => csvWriter(join(root, '{id}/x.csv'), byId)),
  {
    input,
    output: {
      1: '',
      '1/x.csv': 'id,note\n1,plain\n',
      2: '',
      '2/x.csv': 'id,note\n2,"two\nlines"\n',
      3: '',
      '3/x.csv': 'id,note\n3,"say ""hü"", then"\n',
    },
    nothing: {},
    empty: {},
    poison: { id: 2, note: () => 'no text' },
    faults: splitFaults(byId),
  },
);
suite(
  'json by partitions',
  folderOf((root) => jsonWriter(join(root, 'x{id}.json'), byId)),
  {
    input,
    output: Object.fromEntries(
      input.map((record, n) => [`x${n + 1}.json`, `[\n${JSON.stringify(record)}\n]\n`]),
    ),
    nothing: {},
    empty: {},
    poison: { id: 1, big: 1n },
  },
);
suite(
  'ndjson in files of two records',
  folderOf((root) => ndjsonWriter(join(root, 'x.ndjson'), { rotate: { records: 2 } })),
  {
    input,
    output: {
      'x-00001.ndjson': lines.split('\n').slice(0, 2).join('\n').concat('\n'),
      'x-00002.ndjson': lines.split('\n').slice(2).join('\n'),
    },
    nothing: {},
    empty: {},
    poison: 1n,
    staysWritten: true,
  },
);

suite(
  'to_array',
  () => {
    const writer = toArray<number>();
    return { writer, written: () => writer.records };
  },
  { input: [1, 2, 3], output: [1, 2, 3], nothing: [], empty: [] },
);
suite('discard', () => ({ writer: discard<number>(), written: () => null }), {
  input: [1, 2, 3],
  output: null,
  nothing: null,
  empty: null,
});

const callbacks: Record<string, (seen: number[], n: number) => unknown> = {
  'a synchronous callback': (seen, n) => {
    if (n < 0) throw new RangeError('negative');
    seen.push(n);
  },
  'an asynchronous callback': async (seen, n) => {
    await null;
    if (n < 0) throw new RangeError('negative');
    seen.push(n);
  },
};
for (const [name, callback] of Object.entries(callbacks)) {
  suite(
    `for_each with ${name}`,
    () => {
      const seen: number[] = [];
      return { writer: forEach<number>((n) => callback(seen, n)), written: () => seen };
    },
    { input: [1, 2, 3], output: [1, 2, 3], nothing: [], empty: [], poison: -1, staysWritten: true },
  );
}

function collecting(objectMode: boolean, fault?: 'write' | 'final'): { stream: Writable; seen: unknown[] } {
  const seen: unknown[] = [];
  const stream = new Writable({
    objectMode,
    decodeStrings: false,
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      if (fault === 'write') return setImmediate(done, ERRNO);
      seen.push(chunk);
      setImmediate(done);
    },
    final(done) {
      done(fault === 'final' ? ERRNO : null);
    },
  });
  return { stream, seen };
}

function writable(objectMode: boolean, fault?: 'write' | 'final'): MakeWriter<unknown> {
  return () => {
    const { stream, seen } = collecting(objectMode, fault);
    return { writer: nodeWritable(stream), written: () => seen };
  };
}

const stream = { nothing: [], empty: [], staysWritten: true };
suite('writable of objects', writable(true), {
  ...stream,
  input,
  output: input,
  poison: null,
  faults: {
    'a write fails': writable(true, 'write'),
    'the end fails': writable(true, 'final'),
    'the stream was destroyed before': () => {
      const destroyed = new PassThrough();
      destroyed.destroy();
      return { writer: nodeWritable(destroyed), written: () => [] };
    },
    'the stream closes on the way': () => {
      const closing = new Writable({
        objectMode: true,
        write: () => void setImmediate(() => closing.destroy()),
      });
      return { writer: nodeWritable(closing), written: () => [] };
    },
  },
});
suite('writable of text', writable(false), {
  ...stream,
  input: ['a', 'b', 'ü'],
  output: ['a', 'b', 'ü'],
  poison: { not: 'text' },
  faults: { 'a write fails': writable(false, 'write') },
});

function webStream(fault?: 'write' | 'close'): MakeWriter<unknown> {
  return () => {
    const seen: unknown[] = [];
    const target = new WritableStream<unknown>({
      write: (record) => (fault === 'write' ? Promise.reject(ERRNO) : void seen.push(record)),
      close: () => (fault === 'close' ? Promise.reject(ERRNO) : undefined),
    });
    return { writer: webWritable(target), written: () => seen };
  };
}
suite('writable stream', webStream(), {
  ...stream,
  input,
  output: input,
  faults: { 'a write fails': webStream('write'), 'the end fails': webStream('close') },
});
