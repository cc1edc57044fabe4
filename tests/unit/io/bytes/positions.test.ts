import { execFile } from 'node:child_process';
import {
  appendFileSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../../../../src/core/errors.ts';
import type { Reader } from '../../../../src/interfaces/reader.ts';
import type { FilesPosition } from '../../../../src/io/bytes/file-position.ts';
import { csvReader } from '../../../../src/io/formats/csv/csv-reader.ts';
import { ndjsonReader } from '../../../../src/io/formats/ndjson/ndjson-reader.ts';
import { parquetReader } from '../../../../src/io/formats/parquet/parquet-reader.ts';
import { textReader } from '../../../../src/io/formats/text/text-reader.ts';
import { probeReader } from '../../../../src/testing/reader-probe.ts';
import { tempFolder } from '../temp-folder.ts';
import { fileHandler, serve } from './http/server.ts';

const PIECES = { chunkBytes: 64 };
const CHANGED = ERROR_CODES.find((code) => code === 'ERR_CHANGED');

/** Lines of so many that a file has several pieces. */
function lines(name: string, count = 60): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${index}`);
}

function fileOf(name: string, count?: number): string {
  return `${lines(name, count).join('\n')}\n`;
}

/** Takes some batches, and says where it stood and what had come. */
async function stopped<T>(reader: Reader<T>, batches: number) {
  const probe = probeReader(reader);
  await probe.request(batches);
  const position = structuredClone(probe.position) as FilesPosition;
  const { consumed } = probe;
  await probe.close();
  return { position, records: probe.records, consumed };
}

async function resumed<T>(reader: Reader<T>, from: unknown) {
  const probe = probeReader(reader, { from });
  try {
    await probe.rest();
    return probe;
  } finally {
    await probe.close();
  }
}

describe('a list of files that is gone on with', () => {
  test('reads no file again that is done, and the others from where it stood', async () => {
    const folder = tempFolder();
    for (const name of ['a', 'b', 'c']) folder.write(`${name}.txt`, fileOf(name));
    const reader = textReader(join(folder.path, '*.txt'), PIECES);
    const first = await stopped(reader, 7);
    expect(first.position.done).toBe(1);
    rmSync(join(folder.path, 'a.txt'));
    const { records } = await resumed(reader, first.position);
    expect([...first.records, ...records]).toEqual(['a', 'b', 'c'].flatMap((name) => lines(name)));
  });

  test('reads new files behind the one in work, those too that sort before it', async () => {
    const folder = tempFolder();
    folder.write('b.txt', fileOf('b'));
    folder.write('d.txt', fileOf('d'));
    const reader = textReader(join(folder.path, '*.txt'), PIECES);
    const first = await stopped(reader, 2);
    folder.write('c.txt', 'c');
    folder.write('a.txt', 'a');
    const { records } = await resumed(reader, first.position);
    expect([...first.records, ...records]).toEqual([...lines('b'), 'a', 'c', ...lines('d')]);
  });

  test('reads a file that is named twice as often as it is named', async () => {
    const path = tempFolder().write('a.txt', fileOf('a'));
    const reader = textReader([path, path], PIECES);
    for (const batches of [1, 5, 12, 18]) {
      const first = await stopped(reader, batches);
      const { records } = await resumed(reader, first.position);
      expect([...first.records, ...records]).toEqual([...lines('a'), ...lines('a')]);
    }
  });

  test('is done when it was done, even if all is gone', async () => {
    const folder = tempFolder();
    const [one, other] = [folder.write('a.txt', fileOf('a')), folder.write('b.txt', fileOf('b'))];
    const reader = textReader([one, join(folder.path, 'b*.txt')], PIECES);
    const first = await stopped(reader, Number.POSITIVE_INFINITY);
    rmSync(one);
    rmSync(other);
    expect((await resumed(reader, first.position)).records).toEqual([]);
  });

  test('refuses to go on when a file is gone that was not done', async () => {
    const folder = tempFolder();
    folder.write('a.txt', fileOf('a'));
    const gone = folder.write('b.txt', fileOf('b'));
    const reader = textReader(join(folder.path, '*.txt'), PIECES);
    const { position } = await stopped(reader, 1);
    rmSync(gone);
    await expect(resumed(reader, position)).rejects.toMatchObject({
      code: CHANGED,
      details: { file: gone },
      message: expect.stringContaining('is gone, and was not read to its end'),
    });
  });

  test('refuses to go on when all is gone that its glob has found, and one was not done', async () => {
    const folder = tempFolder();
    const paths = ['a', 'b'].map((name) => folder.write(`${name}.txt`, fileOf(name)));
    const reader = textReader(join(folder.path, '*.txt'), PIECES);
    const { position } = await stopped(reader, 7);
    for (const path of paths) rmSync(path);
    await expect(resumed(reader, position)).rejects.toMatchObject({
      code: CHANGED,
      details: { file: paths[1] },
    });
  });

  test('refuses what is no position of it', async () => {
    const reader = textReader(tempFolder().write('a.txt', 'a'));
    for (const from of ['beginning', 7, new Date(), { files: ['a'] }, { files: [], done: -1 }]) {
      await expect(resumed(reader, from)).rejects.toMatchObject({ code: CHANGED });
    }
    const { position } = await stopped(
      csvReader(tempFolder().write('b.csv', 'a,b\n1,2\n3,4\n'), { chunkBytes: 1 }),
      1,
    );
    const { file } = position;
    const other = { ...position, file: { ...file, text: { ...file!.text, state: { dialect: 'none' } } } };
    await expect(resumed(csvReader(position.files), other)).rejects.toMatchObject({ code: CHANGED });
  });
});

describe('files of a glob that are read from a time', () => {
  const noon = new Date('2026-01-01T12:00:00Z');
  const old = (path: string) => utimesSync(path, new Date(+noon - 1000), new Date(+noon - 1000));

  test('are those that were written to at that time or later, on a later run too', async () => {
    const folder = tempFolder();
    for (const name of ['a', 'b', 'c']) folder.write(`${name}.txt`, fileOf(name));
    old(join(folder.path, 'a.txt'));
    utimesSync(join(folder.path, 'b.txt'), noon, noon);
    const reader = textReader(join(folder.path, '*.txt'), PIECES);
    expect(reader.traits.timed).toBe(true);
    const whole = await resumed(reader, noon);
    expect(whole.records).toEqual(['b', 'c'].flatMap((name) => lines(name)));
    expect(whole.consumed).toBe(statSync(join(folder.path, 'b.txt')).size * 2);
    const probe = probeReader(reader, { from: noon });
    expect(probe.position).toEqual({ files: [], done: 0, since: +noon });
    await probe.request(2);
    const position = structuredClone(probe.position);
    await probe.close();
    old(folder.write('d.txt', 'too old'));
    folder.write('e.txt', 'new');
    old(join(folder.path, 'c.txt'));
    const rest = await resumed(reader, position);
    expect([...probe.records, ...rest.records]).toEqual([...lines('b'), ...lines('c'), 'new']);
    expect((await resumed(reader, { files: [], done: 0, since: +noon })).records).toEqual([
      ...lines('b'),
      'new',
    ]);
  });

  test('may be none', async () => {
    const folder = tempFolder();
    old(folder.write('a.txt', 'too old'));
    const reader = textReader(join(folder.path, '*.txt'));
    expect((await resumed(reader, noon)).records).toEqual([]);
    await expect(resumed(textReader(join(folder.path, '*.csv')), noon)).rejects.toMatchObject({
      code: 'ERR_NO_MATCH',
    });
  });

  test('are not those that are named one by one', () => {
    const timed = (paths: Parameters<typeof textReader>[0]) => textReader(paths).traits.timed;
    expect(timed('a.txt')).toBe(false);
    expect(timed(['*.txt', 'a.txt'])).toBe(false);
    expect(timed('https://example.org/*.txt')).toBe(false);
    expect(timed('-')).toBe(false);
    expect(timed(['a*.txt', 'b?.txt'])).toBe(true);
  });
});

describe('a file that is gone on with', () => {
  test('is read on when it has grown behind the place', async () => {
    const path = tempFolder().write('a.txt', fileOf('a'));
    const reader = textReader(path, PIECES);
    const first = await stopped(reader, 3);
    appendFileSync(path, fileOf('b'));
    const { records } = await resumed(reader, first.position);
    expect([...first.records, ...records]).toEqual([...lines('a'), ...lines('b')]);
  });

  test.each([
    [
      'another file in its place',
      'inode',
      (path: string) => {
        writeFileSync(`${path}.new`, readFileSync(path));
        renameSync(`${path}.new`, path);
      },
    ],
    ['other first bytes', 'head', (path: string) => writeFileSync(path, `x${fileOf('a').slice(1)}`)],
    ['fewer bytes', 'size', (path: string) => writeFileSync(path, fileOf('a').slice(0, -9))],
    [
      'been written over',
      'modified',
      (path: string) => utimesSync(path, new Date(), new Date(Date.now() + 5000)),
    ],
  ])('is refused when it has %s, unless that is allowed', async (_, changed, change) => {
    const path = tempFolder().write('a.txt', fileOf('a'));
    const { position, records } = await stopped(textReader(path, PIECES), 3);
    change(path);
    await expect(resumed(textReader(path, PIECES), position)).rejects.toMatchObject({
      code: CHANGED,
      details: { file: path, changed },
      hint: expect.stringContaining("resume: { changed: 'allow' }"),
    });
    const allowed = textReader(path, { ...PIECES, resume: { changed: 'allow' } });
    const rest = await resumed(allowed, position);
    expect(rest.records.at(0)).toBe(lines('a')[records.length]);
  });

  test.each([
    ['plain', (text: string) => text, ''],
    ['packed', gzipSync, '.gz'],
  ])('is refused in any case when it is shorter than what was read of it: %s', async (_, pack, ending) => {
    const folder = tempFolder();
    const path = folder.write(`a.txt${ending}`, pack(fileOf('a', 200)));
    const { position } = await stopped(textReader(path, PIECES), 10);
    writeFileSync(path, pack(fileOf('a', 3)));
    const reader = textReader(path, { ...PIECES, resume: { changed: 'allow' } });
    await expect(resumed(reader, position)).rejects.toMatchObject({
      code: CHANGED,
      details: { changed: 'size' },
    });
    expect(folder.open()).toEqual([]);
  });

  test('is not read again before the place', async () => {
    const row = `${'x'.repeat(99)}\n`;
    const path = tempFolder().write('big.csv', `a\n${row.repeat(320_000)}`);
    const reader = csvReader(path);
    const first = await stopped(reader, 210);
    const { size } = statSync(path);
    expect(first.position.file!.text!.byte).toBeGreaterThan(0.8 * size);
    const before = bytesRead();
    const probe = await resumed(reader, first.position);
    expect(bytesRead() - before).toBeLessThan(0.4 * size);
    expect(first.records.length + probe.records.length).toBe(320_000);
    expect(first.consumed + probe.consumed).toBe(size);
  });

  test('tells of each byte once, though what is packed is read again', async () => {
    const path = tempFolder().write('a.txt.gz', gzipSync(fileOf('a', 5000)));
    const reader = textReader(path);
    const first = await stopped(reader, 1);
    const probe = await resumed(reader, first.position);
    expect(first.consumed + probe.consumed).toBe(statSync(path).size);
  });

  test('has the same failures and numbers behind the place, with other pieces too', async () => {
    const path = tempFolder().write(
      'a.ndjson',
      lines('"a')
        .map((line) => `${line}"\n{\n`)
        .join(''),
    );
    const first = await stopped(ndjsonReader(path, PIECES), 3);
    const whole = await resumed(ndjsonReader(path), undefined);
    const rest = await resumed(ndjsonReader(path, { chunkBytes: 7 }), first.position);
    const numbers = (probe: typeof rest) => probe.failures.map(({ origin }) => origin);
    expect(rest.origins).toEqual(whole.origins.slice(first.records.length));
    expect(numbers(rest)).toEqual(numbers(whole).slice(-numbers(rest).length));
  });
});

describe('a CSV file that is gone on with', () => {
  const rows = Array.from({ length: 400 }, (_, index) => (index === 350 ? 'none' : `${index}`));

  test.each([
    ['by the index', {}],
    ['by papaparse', { comment: '#' }],
  ])(
    'keeps the header, the types and the dialect that were found at its beginning: %s',
    async (_, options) => {
      const path = tempFolder().write(
        'a.csv',
        `number;name\n${rows.map((row) => `${row};x${row}\n`).join('')}`,
      );
      const reader = csvReader(path, { ...PIECES, ...options, dialect: 'auto', types: 'infer' });
      const whole = await resumed(reader, undefined);
      const first = await stopped(reader, 8);
      const rest = await resumed(reader, first.position);
      expect(first.records.length).toBeLessThan(350);
      expect(rest.records).toEqual(whole.records.slice(first.records.length));
      expect(rest.records.at(-1)).toEqual({ number: 399, name: 'x399' });
      expect(rest.failures.map(({ error }) => error)).toMatchObject([{ code: 'ERR_CSV_TYPE' }]);
    },
  );
});

describe('where reading stands', () => {
  test('is not told while bad records were reported and the good ones of the batch are held', async () => {
    const path = tempFolder().write('a.ndjson', '{\n1\n2\n');
    let resume = (): void => undefined;
    const ready = new Promise<void>((resolve) => {
      resume = resolve;
    });
    const demand = { paused: false, ready: () => (demand.paused ? ready : Promise.resolve()) };
    let position: () => unknown = () => 'none yet';
    let emitHeld = (): void => undefined;
    const told: unknown[] = [];
    const reported = Promise.withResolvers<void>();
    const records: unknown[] = [];
    const over = Promise.withResolvers<void>();
    const subscription = ndjsonReader(path)
      .open({
        demand,
        signal: new AbortController().signal,
        clock: { now: () => 0, schedule: () => () => undefined } as never,
        failed: () => {
          demand.paused = true;
          setImmediate(() => reported.resolve());
          return undefined;
        },
        closing: (closed) => void closed.then(() => over.resolve()),
        stopping: (emit) => {
          emitHeld = emit;
        },
        positioned: (tell) => {
          position = tell;
          return () => undefined;
        },
        expected: () => undefined,
        consumed: () => undefined,
        overflowed: () => undefined,
      })
      .subscribe((item) => {
        if (item.kind === 'batch') records.push(...item.records);
        told.push(position());
      });
    await reported.promise;
    expect(position()).toBeUndefined();
    expect(records).toEqual([]);
    emitHeld();
    subscription.unsubscribe();
    resume();
    await over.promise;
    expect(records).toEqual([1, 2]);
    expect(told[0]).toMatchObject({ done: 0, file: { text: { byte: 6, record: 4 } } });
    // What was left still tells, though its file is closed.
    expect(position()).toEqual(told[0]);
  });

  test('cannot be told of a named pipe while that is read', async () => {
    const folder = tempFolder();
    const pipe = join(folder.path, 'pipe');
    await promisify(execFile)('mkfifo', [pipe]);
    const probe = probeReader(textReader([pipe, folder.write('a.txt', 'a')]));
    expect(probe.position).toEqual({ files: [], done: 0 });
    const asked = probe.request(1);
    const writer = await open(pipe, 'w');
    await writer.write('from the pipe\nand more\n');
    await asked;
    expect(probe.records).toEqual(['from the pipe', 'and more']);
    expect(probe.position).toBeUndefined();
    await writer.close();
    await probe.rest();
    expect(probe.position).toMatchObject({ done: 2 });
    await probe.close();
  });

  test('cannot be told of the standard input', () => {
    expect(textReader('-').traits.replay).toBe('none');
    expect(textReader(['a.txt', '-']).traits.replay).toBe('none');
    expect(textReader('a.txt').traits.replay).toBe('position');
    expect(parquetReader('a.parquet').traits.replay).toBe('position');
  });
});

describe('a URL that is gone on with', () => {
  const content = Buffer.from(fileOf('a', 40_000));

  test('is asked for the part that is missing', async () => {
    const server = await serve(fileHandler({ content, etag: '"1"' }));
    try {
      const reader = textReader(`${server.origin}/a.txt?token=secret`);
      const first = await stopped(reader, 1);
      expect(JSON.stringify(first.position)).not.toContain('secret');
      const { records } = await resumed(reader, first.position);
      expect([...first.records, ...records]).toEqual(lines('a', 40_000));
      expect(server.requests.at(-1)!.headers).toMatchObject({
        range: expect.stringMatching(/^bytes=\d+-$/),
        'if-range': '"1"',
      });
    } finally {
      await server.close();
    }
  });

  test('is read again and skipped where the server gives no parts', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { etag: '"1"' });
      response.end(content);
    });
    try {
      const reader = textReader(`${server.origin}/a.txt`);
      const first = await stopped(reader, 1);
      const { records } = await resumed(reader, first.position);
      expect([...first.records, ...records]).toEqual(lines('a', 40_000));
    } finally {
      await server.close();
    }
  });

  test('is refused when the server has another version', async () => {
    let version = 1;
    const server = await serve((...all) => fileHandler({ content, etag: `"${version}"` })(...all));
    try {
      const reader = textReader(`${server.origin}/a.txt`);
      const { position } = await stopped(reader, 1);
      version = 2;
      await expect(resumed(reader, position)).rejects.toMatchObject({
        code: CHANGED,
        details: { changed: 'version' },
      });
    } finally {
      await server.close();
    }
  });

  test('tells no position where the server names no version', async () => {
    const server = await serve(fileHandler({ content }));
    try {
      const { position } = await stopped(textReader(`${server.origin}/a.txt`), 1);
      expect(position).toBeUndefined();
    } finally {
      await server.close();
    }
  });
});

/** Bytes that this process has read, of files and all else. */
function bytesRead(): number {
  return Number(/^rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))![1]);
}
