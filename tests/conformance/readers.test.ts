import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { gzipSync } from 'node:zlib';
import { Table, tableToIPC, vectorFromArray } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { concat, from, of, throwError } from 'rxjs';
import { describe, test } from 'vitest';
import type { Reader } from '../../src/interfaces/reader.ts';
import { arrowReader } from '../../src/io/formats/arrow/arrow-reader.ts';
import { csvReader } from '../../src/io/formats/csv/csv-reader.ts';
import { jsonReader } from '../../src/io/formats/json/json-reader.ts';
import { ndjsonReader } from '../../src/io/formats/ndjson/ndjson-reader.ts';
import { parquetReader } from '../../src/io/formats/parquet/parquet-reader.ts';
import { textReader } from '../../src/io/formats/text/text-reader.ts';
import { inputReader } from '../../src/io/memory/input-reader.ts';
import { iterableReader } from '../../src/io/memory/iterable-reader.ts';
import { nodeReadableReader } from '../../src/io/memory/node-readable-reader.ts';
import { observableReader } from '../../src/io/memory/observable-reader.ts';
import { webReadableReader } from '../../src/io/memory/web-readable-reader.ts';
import { type ReaderCases, readerConformance } from '../../src/testing/reader-conformance.ts';
import { openFiles, temporaryFolder } from './folder.ts';

const folder = temporaryFolder();

function suite<T>(name: string, make: () => Reader<T>, cases: ReaderCases<T>): void {
  describe(name, () => {
    for (const one of readerConformance(name, make, { leaks: openFiles, ...cases })) test(one.name, one.run);
  });
}

const rows = Array.from({ length: 40 }, (_, index) => ({
  id: `${index + 1}`,
  note: ['plain', 'two\nlines', 'say "hü", then', '', '🙂 漢字'][index % 5]!,
}));
const csvText = (bad: string) =>
  `id,note\n${rows.map(({ id, note }, index) => `${index === 7 ? bad : ''}${id},"${note.replaceAll('"', '""')}"\n`).join('')}`;
const csvPath = folder.file('rows.csv', csvText(''));
const badCsv = folder.file('bad.csv', csvText('1\n"a"b",c\n2,3,4\n'));
const crlf = folder.file('crlf.csv', `\ufeff${csvText('').replaceAll(/(?<=")\n/g, '\r\n')}`);
const gz = folder.file('rows.csv.gz', gzipSync(csvText('')));
const smallChunks = { chunkBytes: 64 };
const csvCases = {
  output: rows,
  bad: {
    make: (chunkBytes = 64) => csvReader(badCsv, { chunkBytes }),
    output: rows,
    failures: 3,
  },
};

suite('csv', () => csvReader(csvPath, smallChunks), {
  ...csvCases,
  chunked: (chunkBytes) => csvReader(csvPath, { chunkBytes }),
});
suite('csv with CR LF and a byte order mark', () => csvReader(crlf, smallChunks), {
  output: rows,
  chunked: (chunkBytes) => csvReader(crlf, { chunkBytes }),
});
suite('csv.gz', () => csvReader(gz, smallChunks), {
  output: rows,
  chunked: (chunkBytes) => csvReader(gz, { chunkBytes }),
  failing: {
    make: () => csvReader(folder.file('cut.csv.gz', gzipSync(csvText('')).subarray(0, -8))),
    before: rows,
  },
});
suite('csv of several files', () => csvReader([csvPath, gz], smallChunks), {
  output: [...rows, ...rows],
  failing: {
    make: () => csvReader([csvPath, folder.file('latin.csv', Buffer.from([0x61, 0x0a, 0xe9, 0x0a]))]),
    before: rows,
  },
});

const lines = rows.map((row) => JSON.stringify(row));
const ndjsonPath = folder.file('rows.ndjson', lines.join('\n'));
const badNdjson = folder.file('bad.ndjson', `{"id"\n${lines.join('\r\n')}\n]\n`);
suite('ndjson', () => ndjsonReader(ndjsonPath, smallChunks), {
  output: rows,
  chunked: (chunkBytes) => ndjsonReader(ndjsonPath, { chunkBytes }),
  bad: { make: (chunkBytes = 64) => ndjsonReader(badNdjson, { chunkBytes }), output: rows, failures: 2 },
});

suite('ndjson with columns', () => ndjsonReader(ndjsonPath, { ...smallChunks, columns: ['note'] }), {
  output: rows.map(({ note }) => ({ note })),
  chunked: (chunkBytes) => ndjsonReader(ndjsonPath, { chunkBytes, columns: ['note'] }),
  bad: {
    make: (chunkBytes = 64) => ndjsonReader(badNdjson, { chunkBytes, columns: ['note'] }),
    output: rows.map(({ note }) => ({ note })),
    failures: 2,
  },
});

const jsonPath = folder.file('rows.json', JSON.stringify({ items: rows }, null, 2));
suite('json', () => jsonReader(jsonPath, { path: '$.items[*]', ...smallChunks }), {
  output: rows,
  chunked: (chunkBytes) => jsonReader(jsonPath, { path: '$.items[*]', chunkBytes }),
});

const many = Array.from({ length: 3000 }, (_, index) => ({ id: `${index}`, at: BigInt(index) }));
const parquetBytes = (rowGroupSize: number, data: readonly { id: string; at: bigint }[] = many) =>
  Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: 'id', data: data.map(({ id }) => id) },
        { name: 'at', data: data.map(({ at }) => at) },
      ],
      rowGroupSize,
    }),
  );
const parquetPath = folder.file('rows.parquet', parquetBytes(1100));
const bigParquet = folder.file('big.parquet', parquetBytes(100, [{ id: 'x', at: 2n ** 60n }, ...many]));
suite('parquet', () => parquetReader(parquetPath), {
  output: many,
  failing: {
    make: () => parquetReader([parquetPath, folder.file('no.parquet', 'PAR1')]),
    before: many,
  },
});
suite<{ id: string; at: number | bigint }>(
  'parquet as numbers',
  () => parquetReader(parquetPath, { bigints: 'number' }),
  {
    output: many.map(({ id, at }) => ({ id, at: Number(at) })),
    bad: {
      make: () => parquetReader(bigParquet, { bigints: 'number' }),
      output: many.map(({ id, at }) => ({ id, at: Number(at) })),
      failures: 1,
    },
  },
);

const arrowBytes = (data: readonly { id: string; at: bigint }[] = many) =>
  tableToIPC(
    new Table({
      id: vectorFromArray(data.map(({ id }) => id)),
      at: vectorFromArray(data.map(({ at }) => at)),
    }),
    'stream',
  );
const arrowPath = folder.file('rows.arrows', arrowBytes());
const bigArrow = folder.file('big.arrows', arrowBytes([{ id: 'x', at: 2n ** 60n }, ...many]));
suite('arrow', () => arrowReader(arrowPath, smallChunks), {
  output: many,
  chunked: (chunkBytes) => arrowReader(arrowPath, { chunkBytes }),
  failing: {
    make: () => arrowReader([arrowPath, folder.file('no.arrows', 'no stream')]),
    before: many,
  },
});
suite<{ id: string; at: number | bigint }>(
  'arrow as numbers',
  () => arrowReader(arrowPath, { bigints: 'number' }),
  {
    output: many.map(({ id, at }) => ({ id, at: Number(at) })),
    bad: {
      make: (chunkBytes = 64) => arrowReader(bigArrow, { bigints: 'number', chunkBytes }),
      output: many.map(({ id, at }) => ({ id, at: Number(at) })),
      failures: 1,
    },
  },
);

const textPath = folder.file('lines.txt', lines.join('\n'));
suite('text', () => textReader(textPath, smallChunks), {
  output: lines,
  chunked: (chunkBytes) => textReader(textPath, { chunkBytes }),
});

type Entry = Record<'id' | 'note', string>;
const events: readonly Entry[] = rows.map(({ id, note }) => ({ id, note: note.replace('\n', '\n  ') }));
const log = (bad: string) =>
  folder.file(
    'app.log',
    events.map(({ id, note }, index) => `${index === 7 ? bad : ''}#${id} ${note}\n`).join(''),
  );
const inEntries = { start: /^#/, fields: /^#(?<id>\d+) (?<note>.*)$/s };
const logPath = log('');
const badLog = log('#\n#x\n  more\n');
suite<Entry>(
  'text in records of several lines',
  () => textReader(logPath, { ...smallChunks, ...inEntries }),
  {
    output: events,
    chunked: (chunkBytes) => textReader(logPath, { chunkBytes, ...inEntries }),
    bad: {
      make: (chunkBytes = 64) => textReader(badLog, { chunkBytes, ...inEntries }),
      output: events,
      failures: 2,
    },
  },
);

const BROKEN = new Error('the input broke');
const numbers = Array.from({ length: 3000 }, (_, index) => index);
function* breaking(): Generator<number> {
  yield* numbers;
  throw BROKEN;
}
async function* breakingLater(): AsyncGenerator<number> {
  yield* numbers;
  throw BROKEN;
}

suite('array', () => iterableReader(numbers), { output: numbers });
suite('iterable', () => iterableReader(new Set(numbers)), {
  output: numbers,
  failing: { make: () => iterableReader(breaking()), before: numbers },
});
suite('generator', () => iterableReader(numbers.values()), { output: numbers, once: true });
suite('async iterable', () => iterableReader({ [Symbol.asyncIterator]: () => breakingNever() }), {
  output: numbers,
  failing: { make: () => iterableReader(breakingLater()), before: numbers },
});
suite('async generator', () => iterableReader(breakingNever()), { output: numbers, once: true });
suite('promise', () => iterableReader(Promise.resolve('one')), {
  output: ['one'],
  failing: { make: () => iterableReader(Promise.reject(BROKEN)), before: [] },
});
async function* breakingNever(): AsyncGenerator<number> {
  yield* numbers;
}

const after = (first: number) => ({ [Symbol.asyncIterator]: () => countingFrom(first) });
async function* countingFrom(first: number): AsyncGenerator<number> {
  yield* numbers.slice(first);
}
suite(
  'async iterable with positions',
  () => inputReader<number, number>(after(0), { position: (last) => last + 1, resume: after }),
  { output: numbers },
);
suite(
  'observable with positions',
  () =>
    inputReader<number, { readonly next: number }>(from(numbers), {
      overflow: 'buffer',
      size: numbers.length,
      position: (last) => ({ next: last + 1 }),
      resume: ({ next }) => from(numbers.slice(next)),
    }),
  { output: numbers },
);
suite(
  'observable that is gone on with from an array',
  () =>
    inputReader<number, number>(from(numbers), {
      overflow: 'buffer',
      size: numbers.length,
      position: (last) => last + 1,
      resume: (next) => numbers.slice(next),
    }),
  { output: numbers },
);

for (const overflow of ['buffer', 'drop-newest', 'drop-oldest'] as const) {
  const options = { overflow, size: numbers.length };
  suite(`observable with ${overflow}`, () => observableReader(from(numbers), options), {
    output: numbers,
    failing: {
      make: () =>
        observableReader(
          concat(
            from(numbers),
            throwError(() => BROKEN),
          ),
          options,
        ),
      before: numbers,
    },
  });
}
suite('observable with latest', () => observableReader(of(1, 2, 3), { overflow: 'latest' }), { output: [3] });

suite('readable', () => nodeReadableReader(Readable.from(numbers)), {
  output: numbers,
  once: true,
  failing: { make: () => nodeReadableReader(Readable.from(breakingLater())), before: numbers },
});
suite('readable stream', () => webReadableReader(ReadableStream.from<number>(numbers)), {
  output: numbers,
  once: true,
  failing: { make: () => webReadableReader(ReadableStream.from<number>(breakingLater())), before: numbers },
});
