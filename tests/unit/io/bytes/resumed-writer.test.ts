import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { batch, CountedOrigin } from '../../../../src/core/batch.ts';
import { arrow, csv, json, ndjson, parquet, text } from '../../../../src/formats.ts';
import type { Clock } from '../../../../src/interfaces/clock.ts';
import type { DeadLetter } from '../../../../src/interfaces/failure.ts';
import type { Writer } from '../../../../src/interfaces/writer.ts';
import type { FileWriteOptions } from '../../../../src/io/bytes/file-options.ts';
import type { FileSystem } from '../../../../src/io/bytes/file-system.ts';
import { fileWriter } from '../../../../src/io/bytes/file-writer.ts';
import { lineEncoder } from '../../../../src/io/formats/text/text-writer.ts';
import { forEach } from '../../../../src/io/memory/for-each.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { errno, faultyFileSystem } from '../faulty-file-system.ts';
import { lastingFileSystem } from '../lasting-file-system.ts';
import { tempFolder } from '../temp-folder.ts';

function lines(path: string, fileSystem: FileSystem, options: FileWriteOptions = {}): Writer<string> {
  return fileWriter({
    name: 'text',
    path,
    options,
    encoder: () => lineEncoder,
    resumable: true,
    fileSystem,
  });
}

async function open<T>(writer: Writer<T>, from?: unknown, clock: Clock = virtualClock()) {
  const context = { signal: new AbortController().signal, clock, wrote: () => {}, checkpointed: true };
  const sink = await writer.open(from === undefined ? context : { ...context, from });
  return {
    write: async (...records: readonly T[]) => sink.write(batch(records, new CountedOrigin('test', 1))),
    prepare: (checkpoint = 1) => sink.prepare!(checkpoint),
    commit: (checkpoint = 1) => sink.commit!(checkpoint),
    suspend: () => sink.suspend!(),
    close: () => sink.close(),
    abort: () => sink.abort(new Error('the run failed')),
    sink,
  };
}

/** A run that was stopped behind its first checkpoint, with what that has. */
async function stopped(writer: Writer<string>): Promise<unknown> {
  const sink = await open(writer);
  await sink.write('one', 'two');
  const from = await sink.prepare();
  await sink.write('lost');
  await sink.suspend();
  return from;
}

async function rest(writer: Writer<string>, from: unknown, ...records: readonly string[]): Promise<void> {
  const sink = await open(writer, from);
  await sink.write(...records);
  await sink.close();
}

const unfinished = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.partial'))
    .map((name) => join(folder, name));

describe('what was prepared is not there any more', () => {
  test('bytes behind it, whatever they are, are cut off', async () => {
    const folder = tempFolder();
    const writer = text.write(join(folder.path, 'x.txt'));
    const from = await stopped(writer);
    appendFileSync(unfinished(folder.path)[0]!, Buffer.alloc(10_000, 0xff));
    await rest(writer, from, 'three');
    expect(folder.names()).toEqual(['x.txt']);
    expect(readFileSync(join(folder.path, 'x.txt'), 'utf8')).toBe('one\ntwo\nthree\n');
  });

  const damages: Readonly<Record<string, [damage: (partial: string) => void, code: string, says: RegExp]>> = {
    'the file is gone': [unlinkSync, 'ERR_CHANGED', /x\.txt: its unfinished file .*\.partial is gone/],
    'the file is shorter': [
      (partial) => truncateSync(partial, 5),
      'ERR_TRUNCATED',
      /\.partial has 5 bytes, not the 8 that were written/,
    ],
    'the file holds something else': [
      (partial) => writeFileSync(partial, 'one\nTWO\nlost\n'),
      'ERR_CHANGED',
      /\.partial is not what was written before the checkpoint/,
    ],
  };
  test.each(Object.entries(damages))(
    'when %s, it says so, and changes nothing',
    async (_what, [damage, code, says]) => {
      const folder = tempFolder();
      const path = folder.write('x.txt', 'here before\n');
      const writer = text.write(path);
      const from = await stopped(writer);
      damage(unfinished(folder.path)[0]!);
      const before = folder.names().map((name) => [name, readFileSync(join(folder.path, name), 'utf8')]);
      await expect(open(writer, from)).rejects.toMatchObject({
        code,
        message: expect.stringMatching(says),
        hint: expect.stringMatching(/^Put back the file/),
      });
      expect(folder.names().map((name) => [name, readFileSync(join(folder.path, name), 'utf8')])).toEqual(
        before,
      );
      expect(folder.open()).toEqual([]);
    },
  );

  test.each([
    ['of the same length', 'ONE\nTWO\n'],
    ['with more behind', 'one\ntwo\nthree\n'],
    ['that is empty', ''],
  ])('another file %s under the final name is not taken for this one', async (_what, content) => {
    const folder = tempFolder();
    const writer = text.write(join(folder.path, 'x.txt'));
    const from = await stopped(writer);
    unlinkSync(unfinished(folder.path)[0]!);
    folder.write('x.txt', content);
    await expect(open(writer, from)).rejects.toMatchObject({ code: 'ERR_CHANGED' });
    expect(readFileSync(join(folder.path, 'x.txt'), 'utf8')).toBe(content);
  });

  test('one of several files: none of the others is touched', async () => {
    const folder = tempFolder();
    const writer = json.write<object>(join(folder.path, '{k}.json'), { partitionBy: 'k' });
    const sink = await open(writer);
    await sink.write({ k: 'a' }, { k: 'b' });
    const from = await sink.prepare();
    await sink.write({ k: 'a' });
    await sink.suspend();
    const before = unfinished(folder.path);
    unlinkSync(before[1]!);
    await expect(open(writer, from)).rejects.toMatchObject({ code: 'ERR_CHANGED' });
    expect(unfinished(folder.path)).toEqual([before[0]]);
    expect(folder.open()).toEqual([]);
  });
});

describe('the pipeline is another one by now', () => {
  test.each<[what: string, make: (folder: string) => Writer<string>, says: RegExp]>([
    ['another path', (folder) => text.write(join(folder, 'y.txt')), /the checkpoint has .*x\.txt/],
    ['another format', (folder) => ndjson.write(join(folder, 'x.txt')), /has it as text, not as ndjson/],
    [
      'another compression',
      (folder) => text.write(join(folder, 'x.txt'), { compression: 'gzip' }),
      /has it with compression none, not gzip/,
    ],
    ['appending', (folder) => text.write(join(folder, 'x.txt'), { append: true }), /has it as a new file/],
    [
      'a compression that cannot be continued',
      (folder) => text.write(join(folder, 'x.txt'), { compression: 'brotli' }),
      /such output cannot be continued/,
    ],
    [
      'several files',
      (folder) => text.write(join(folder, 'x.txt'), { rotate: { records: 2 } }),
      /is not of such a writer/,
    ],
  ])('%s is refused, and nothing is changed', async (_what, make, says) => {
    const folder = tempFolder();
    const from = await stopped(text.write(join(folder.path, 'x.txt')));
    const before = folder.names();
    await expect(open(make(folder.path), from)).rejects.toMatchObject({
      code: 'ERR_CHANGED',
      message: expect.stringMatching(says),
    });
    expect(folder.names()).toEqual(before);
  });

  test('other columns of a CSV file are refused: values would come under wrong names', async () => {
    const { path } = tempFolder();
    const file = join(path, 'x.csv');
    const sink = await open(csv.write<object>(file));
    await sink.write({ a: 1, b: 2 });
    const from = await sink.prepare();
    await sink.suspend();
    await expect(open(csv.write(file, { columns: ['b', 'a'] }), from)).rejects.toMatchObject({
      code: 'ERR_CHANGED',
      message: expect.stringContaining('its columns are ["a","b"]'),
    });
    const same = await open(csv.write<object>(file, { columns: ['a', 'b'] }), from);
    await same.write({ b: 4, a: 3 });
    await same.close();
    expect(readFileSync(file, 'utf8')).toBe('a,b\n1,2\n3,4\n');
  });

  test('what leads to another folder is refused', async () => {
    const folder = tempFolder();
    const writer = text.write(join(folder.path, 'x.txt'));
    const from = (await stopped(writer)) as { place: object };
    for (const name of ['../y', '/etc/passwd', '..', '']) {
      const forged = { ...from, place: { ...from.place, name } };
      await expect(open(writer, forged)).rejects.toMatchObject({ code: 'ERR_CHANGED' });
    }
  });

  test('more records for an output that is complete are refused', async () => {
    const { path } = tempFolder();
    for (const options of [{}, { rotate: { records: 9 } }]) {
      const writer = text.write(join(path, 'x.txt'), options);
      const sink = await open(writer);
      await sink.write('one');
      const from = await sink.prepare();
      await sink.close();
      const late = await open(writer, from);
      await expect(late.write('two')).rejects.toMatchObject({ code: 'ERR_CHANGED' });
      await late.write();
      expect(await late.prepare(2)).toEqual(from);
      await late.suspend();
    }
    expect(readFileSync(join(path, 'x.txt'), 'utf8')).toBe('one\n');
    expect(readFileSync(join(path, 'x-00001.txt'), 'utf8')).toBe('one\n');
  });
});

describe('what writers promise', () => {
  const folder = '/nowhere';
  test.each<[what: string, writer: Writer<never>]>([
    ['a file of text', text.write(join(folder, 'x.txt'))],
    ['CSV that is appended to', csv.write(join(folder, 'x.csv'), { append: true })],
    ['NDJSON by gzip', ndjson.write(join(folder, 'x.ndjson.gz'))],
    ['JSON by zstd', json.write(join(folder, 'x.json.zst'))],
    ['rotated files', csv.write(join(folder, 'x.csv'), { rotate: { records: 1 } })],
    ['partitions', csv.write(join(folder, '{a}.csv'), { partitionBy: 'a' })],
  ])('%s can be gone on with', (_what, writer) => {
    expect(writer.traits).toEqual({ commit: 'truncate' });
  });

  test.each<[what: string, writer: Writer<never>]>([
    ['a file by brotli', text.write(join(folder, 'x.txt.br'))],
    ['a file by deflate', text.write(join(folder, 'x.txt.zz'))],
    ['Parquet', parquet.write(join(folder, 'x.parquet'))],
    ['Arrow', arrow.write(join(folder, 'x.arrows'))],
    ['an array', toArray()],
  ])('%s begins again', (_what, writer) => {
    expect(writer.traits).toEqual({ commit: 'whole' });
  });

  test.each<[what: string, writer: Writer<never>]>([
    [
      'partitions that are appended to',
      csv.write(join(folder, '{a}.csv'), { partitionBy: 'a', append: true }),
    ],
    ['the standard output', text.write('-')],
    ['a device', text.write('/dev/null')],
    ['a URL', ndjson.write('http://127.0.0.1/')],
    ['a callback', forEach(() => {})],
  ])('%s takes nothing back', (_what, writer) => {
    expect(writer.traits).toEqual({ commit: 'none' });
  });

  test('what cannot be gone on with prepares nothing, and appears whole or not at all', async () => {
    const folder = tempFolder();
    const sink = await open(text.write(join(folder.path, 'x.txt.br')));
    expect(sink.sink.prepare).toBeUndefined();
    await sink.write('one');
    await sink.abort();
    expect(folder.names()).toEqual([]);
  });

  test.skipIf(process.platform === 'win32')('a device by another name prepares nothing', async () => {
    const folder = tempFolder();
    const path = join(folder.path, 'device');
    symlinkSync('/dev/null', path);
    const sink = await open(text.write(path));
    expect(sink.sink.prepare).toBeUndefined();
    await sink.close();
  });

  test('a run without checkpoints prepares nothing', async () => {
    const { path } = tempFolder();
    for (const options of [{}, { rotate: { records: 1 } }]) {
      const context = { signal: new AbortController().signal, clock: virtualClock(), wrote: () => {} };
      const sink = await text.write(join(path, 'x'), options).open(context);
      expect('prepare' in sink || 'commit' in sink || 'suspend' in sink).toBe(false);
      await sink.abort(undefined);
    }
  });
});

describe('the life of an unfinished file', () => {
  test('an output that no checkpoint knows of is removed when the run is suspended', async () => {
    const folder = tempFolder();
    for (const options of [{}, { rotate: { records: 2 } }]) {
      const sink = await open(text.write(join(folder.path, 'x.txt'), options));
      await sink.write('one', 'two', 'three');
      await sink.suspend();
    }
    expect(folder.names()).toEqual([]);
  });

  test('an output that is given up is removed, though a checkpoint knows of it', async () => {
    const folder = tempFolder();
    const path = folder.write('x.txt', 'here before\n');
    const sink = await open(text.write(path));
    await sink.write('one');
    await sink.prepare();
    await sink.commit();
    await sink.abort();
    expect(folder.names()).toEqual(['x.txt']);
    expect(readFileSync(path, 'utf8')).toBe('here before\n');
  });

  test('the file that a link stands for is replaced, also by a later run', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder.path, 'real'));
    const real = folder.write('real/x.txt', 'here before\n');
    symlinkSync(real, join(folder.path, 'x.txt'));
    const writer = text.write(join(folder.path, 'x.txt'));
    const from = await stopped(writer);
    expect(unfinished(folder.path)[0]).toContain('/real/.x.txt.');
    await rest(writer, from, 'three');
    expect(readFileSync(real, 'utf8')).toBe('one\ntwo\nthree\n');
  });

  test('a close that fails leaves the file to the next run', async () => {
    const folder = tempFolder();
    const path = join(folder.path, 'x.txt');
    const sink = await open(
      lines(
        path,
        faultyFileSystem((call) => (call === 'rename' ? errno('EIO') : undefined)),
      ),
    );
    await sink.write('one');
    const from = await sink.prepare();
    await expect(sink.close()).rejects.toMatchObject({ code: 'ERR_IO' });
    expect(folder.open()).toEqual([]);
    await rest(text.write(path), from);
    expect(folder.names()).toEqual(['x.txt']);
  });
});

describe('several files', () => {
  test('a complete file gets its name with the checkpoint that has it, not before', async () => {
    const folder = tempFolder();
    const writer = text.write(join(folder.path, 'x.txt'), { rotate: { records: 2 } });
    const shown = () => folder.names().filter((name) => !name.endsWith('.partial'));
    const sink = await open(writer);
    await sink.write('1', '2', '3');
    await sink.prepare(1);
    expect(shown()).toEqual([]);
    await sink.write('4', '5');
    const from = await sink.prepare(2);
    await sink.commit(1);
    expect(shown()).toEqual(['x-00001.txt']);
    await sink.suspend();
    const next = await open(writer, from);
    // The checkpoint was complete, as it is gone on from.
    expect(shown()).toEqual(['x-00001.txt', 'x-00002.txt']);
    await next.close();
    expect(folder.names()).toEqual(['x-00001.txt', 'x-00002.txt', 'x-00003.txt']);
  });

  test('a name that cannot be given is given with the next checkpoint, or by the next run', async () => {
    const folder = tempFolder();
    const path = join(folder.path, 'x.txt');
    const options = { rotate: { records: 1 } };
    const shown = () => folder.names().filter((name) => !name.endsWith('.partial'));
    let failing = true;
    const fileSystem = faultyFileSystem((call) => (call === 'rename' && failing ? errno('EIO') : undefined));
    const sink = await open(lines(path, fileSystem, options));
    await sink.write('1');
    await sink.prepare(1);
    await expect(sink.commit(1)).rejects.toMatchObject({ code: 'ERR_IO' });
    failing = false;
    await sink.write('2');
    await sink.prepare(2);
    await sink.commit(2);
    expect(shown()).toEqual(['x-00001.txt', 'x-00002.txt']);
    failing = true;
    await sink.write('3');
    const from = await sink.prepare(3);
    await expect(sink.commit(3)).rejects.toMatchObject({ code: 'ERR_IO' });
    await sink.suspend();
    await (await open(text.write(path, options), from)).close();
    expect(folder.names()).toEqual(['x-00001.txt', 'x-00002.txt', 'x-00003.txt']);
  });

  test('files that were begun after the checkpoint are removed, those of others are not', async () => {
    const folder = tempFolder();
    const writer = text.write(join(folder.path, '{k}/x.txt'), {
      partitionBy: (k: string) => ({ k }),
    });
    const sink = await open(writer);
    await sink.write('a');
    const from = await sink.prepare();
    await sink.write('b', 'c');
    // The process is killed: what it has begun stays, with its bytes.
    await sink.prepare(2);
    await sink.suspend();
    const other = folder.write('a/.x.txt.1-0123456789ab.partial', 'of another run');
    expect(unfinished(folder.path)).toHaveLength(4);
    const next = await open(writer, from);
    expect(unfinished(folder.path)).toHaveLength(2);
    await next.write('c');
    await next.close();
    expect(unfinished(folder.path)).toEqual([other]);
    expect(existsSync(join(folder.path, 'b/x.txt'))).toBe(false);
    expect(readFileSync(join(folder.path, 'c/x.txt'), 'utf8')).toBe('c\n');
  });

  test('a partition whose value is missing is the same one in the next run', async () => {
    const folder = tempFolder();
    const options = { partitionBy: 'k', nullPartition: 'none' } as const;
    const writer = ndjson.write<object>(join(folder.path, '{k}.ndjson'), options);
    const sink = await open(writer);
    await sink.write({ k: null, n: 1 });
    const from = await sink.prepare();
    await sink.suspend();
    const next = await open(writer, from);
    await next.write({ k: null, n: 2 }, { n: 3 });
    await next.close();
    expect(readFileSync(join(folder.path, 'none.ndjson'), 'utf8')).toBe(
      '{"k":null,"n":1}\n{"k":null,"n":2}\n{"n":3}\n',
    );
  });

  test('the time of a file begins anew, and is over though no more records come', async () => {
    const folder = tempFolder();
    const writer = text.write(join(folder.path, 'x.txt'), { rotate: { every: '5m' } });
    const sink = await open(writer);
    await sink.write('1');
    const from = await sink.prepare();
    await sink.suspend();
    const clock = virtualClock();
    const next = await open(writer, from, clock);
    await clock.advance(5 * 60_000);
    await next.write('2');
    await next.close();
    expect(folder.names()).toEqual(['x-00001.txt', 'x-00002.txt']);
  });

  test('bytes of earlier runs count for the size of a file', async () => {
    const folder = tempFolder();
    const writer = text.write(join(folder.path, 'x.txt'), { rotate: { bytes: 6 } });
    const sink = await open(writer);
    await sink.write('123');
    const from = await sink.prepare();
    await sink.suspend();
    const next = await open(writer, from);
    await next.write('4');
    await next.write('5');
    await next.close();
    expect(folder.names().map((name) => readFileSync(join(folder.path, name), 'utf8'))).toEqual([
      '123\n4\n',
      '5\n',
    ]);
  });
});

describe('pains of power cuts', () => {
  const ways: Readonly<Record<string, [path: string, options: FileWriteOptions]>> = {
    'a file in a new folder': ['new/deep/x.txt', { mkdir: true }],
    'rotated files': ['x.txt', { rotate: { records: 2 } }],
    'rotated new files': ['x.txt', { rotate: { records: 2 }, overwrite: false }],
    partitions: ['{k}/x.txt', { partitionBy: (k: string) => ({ k: k.slice(0, 1) }), maxOpenFiles: 1 }],
  };
  test.each(Object.entries(ways))(
    '%s: what a checkpoint has lasts before it is told, names before they are relied on',
    async (_what, [path, options]) => {
      const folder = tempFolder();
      const { fileSystem, unsynced } = lastingFileSystem();
      const writer = lines(join(folder.path, path), fileSystem, options);
      let sink = await open(writer);
      for (let checkpoint = 0; checkpoint < 6; checkpoint++) {
        if (checkpoint > 0) await sink.write(`a${checkpoint}`, `b${checkpoint}`, `${checkpoint}`);
        const from = await sink.prepare(checkpoint);
        expect(unsynced(), `checkpoint ${checkpoint}`).toEqual([]);
        if (checkpoint % 2 === 0) await sink.commit(checkpoint);
        expect(unsynced(), `checkpoint ${checkpoint}`).toEqual([]);
        if (checkpoint % 3 !== 2) continue;
        await sink.suspend();
        sink = await open(writer, from);
        expect(unsynced(), `after ${checkpoint}`).toEqual([]);
      }
      await sink.close();
      expect(unsynced()).toEqual([]);
    },
  );

  test('a file to which nothing was added is not synced again', async () => {
    const folder = tempFolder();
    const fileSystem = faultyFileSystem(() => undefined);
    const syncs = () => fileSystem.calls.filter((call) => call === 'sync').length;
    const by = { partitionBy: (k: string) => ({ k }) };
    const sink = await open(lines(join(folder.path, '{k}.txt'), fileSystem, by));
    await sink.write('a', 'b', 'c');
    const first = await sink.prepare(1);
    expect(syncs()).toBe(4);
    expect(await sink.prepare(2)).toEqual(first);
    expect(syncs()).toBe(4);
    await sink.write('b');
    await sink.prepare(3);
    expect(syncs()).toBe(5);
    await sink.abort();
  });

  test('after a sync that failed all fails: the next would not tell that bytes are lost', async () => {
    const folder = tempFolder();
    for (const options of [{}, { rotate: { records: 9 } }]) {
      const fileSystem = faultyFileSystem((call, nth) =>
        call === 'sync' && nth === 3 ? errno('EIO') : undefined,
      );
      const path = join(folder.path, 'x.txt');
      const sink = await open(lines(path, fileSystem, options));
      await sink.write('one');
      const from = await sink.prepare(1);
      await sink.write('two');
      const failure = { code: 'ERR_IO', retryable: false, hint: expect.stringMatching(/last checkpoint/) };
      await expect(sink.prepare(2)).rejects.toMatchObject(failure);
      await expect(sink.prepare(3)).rejects.toMatchObject(failure);
      await expect(sink.close()).rejects.toMatchObject(failure);
      expect(folder.open()).toEqual([]);
      await rest(text.write(path, options), from, 'two');
    }
    expect(folder.names().map((name) => readFileSync(join(folder.path, name), 'utf8'))).toEqual([
      'one\ntwo\n',
      'one\ntwo\n',
    ]);
  });
});

describe('compressed files', () => {
  test.each([
    ['gzip', '.gz'],
    ['zstd', '.zst'],
  ])('the tool %s reads a file of many checkpoints', async (tool, ending) => {
    const { path } = tempFolder();
    const file = join(path, `x.txt${ending}`);
    let from: unknown;
    let expected = '';
    for (let run = 0; run < 3; run++) {
      const sink = await open(text.write(file), from);
      for (let n = 0; n < 5; n++) {
        await sink.write(`run ${run}, line ${n}`);
        expected += `run ${run}, line ${n}\n`;
        from = await sink.prepare(n);
      }
      if (run === 2) await sink.close();
      else await sink.suspend();
    }
    if (tool === 'gzip') expect(gunzipSync(readFileSync(file)).toString()).toBe(expected);
    if (!existsSync(`/usr/bin/${tool}`)) return;
    expect(execFileSync(tool, ['-dc', file], { encoding: 'utf8' })).toBe(expected);
  });

  test('a checkpoint without new records adds no member', async () => {
    const { path } = tempFolder();
    const sink = await open(text.write(join(path, 'x.gz')));
    await sink.write('one');
    const from = await sink.prepare(1);
    expect(await sink.prepare(2)).toEqual(from);
    await sink.abort();
  });
});

test('dead letters are gone on with as all files are', async () => {
  const folder = tempFolder();
  const writer = ndjson.write<DeadLetter>(join(folder.path, 'rejects.ndjson'));
  const letter = (record: number): DeadLetter => ({
    record: { id: record },
    error: { code: 'ERR_VALIDATION', message: 'Cannot validate it' },
    node: 'validate',
    attempts: 1,
    time: '2026-01-01T00:00:00.000Z',
    origin: { source: 'orders', record },
  });
  const sink = await open(writer);
  await sink.write(letter(1));
  const from = await sink.prepare();
  await sink.write(letter(2));
  await sink.suspend();
  const next = await open(writer, from);
  await next.write(letter(2), letter(3));
  await next.close();
  const written = readFileSync(join(folder.path, 'rejects.ndjson'), 'utf8').trimEnd().split('\n');
  expect(written.map((line) => JSON.parse(line))).toEqual([1, 2, 3].map(letter));
});
