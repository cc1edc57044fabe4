import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readlinkSync, statSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { batch, CountedOrigin } from '../../../../src/core/batch.ts';
import { systemClock } from '../../../../src/core/clock.ts';
import type { Sink, Writer } from '../../../../src/interfaces/writer.ts';
import type { EncoderStart } from '../../../../src/io/bytes/encoder-start.ts';
import type { FileWriteOptions } from '../../../../src/io/bytes/file-options.ts';
import { type FileSystem, nodeFileSystem, type OutputHandle } from '../../../../src/io/bytes/file-system.ts';
import { fileWriter } from '../../../../src/io/bytes/file-writer.ts';
import { errno, faultyFileSystem } from '../faulty-file-system.ts';
import { tempFolder } from '../temp-folder.ts';

/** Lines with a running number, so that a batch written twice or not at all shows. */
function lineWriter(path: string | URL, options: FileWriteOptions = {}, fileSystem?: FileSystem) {
  const encoder = ({ appending }: EncoderStart) => ({
    encode(records: readonly string[]) {
      if (records.includes('poison')) throw new Error('poison');
      return records.map((record) => `${record}\n`).join('');
    },
    finish: () => (appending ? '' : 'end\n'),
  });
  const spec = { name: 'lines', path, options, encoder };
  return fileWriter<string>(fileSystem === undefined ? spec : { ...spec, fileSystem });
}

async function open(writer: Writer<string>, wrote: (bytes: number) => void = () => undefined) {
  const sink = await writer.open({ signal: new AbortController().signal, clock: systemClock, wrote });
  return {
    write: async (...records: readonly string[]) => sink.write(batch(records, new CountedOrigin('test', 1))),
    close: () => sink.close(),
    abort: () => sink.abort(new Error('the run failed')),
  } satisfies { [key in keyof Sink<string>]: unknown };
}

async function write(writer: Writer<string>, ...records: readonly string[]): Promise<void> {
  const sink = await open(writer);
  for (const record of records) await sink.write(record);
  await sink.close();
}

const RECORDS = Array.from({ length: 50 }, (_, record) => `record ${record}`);

/** Writes each record until it is taken; returns what it was refused with. */
async function insist(
  sink: Awaited<ReturnType<typeof open>>,
  records: readonly string[],
): Promise<unknown[]> {
  const refusals: unknown[] = [];
  for (const record of records) {
    let taken = false;
    while (!taken) {
      try {
        await sink.write(record);
        taken = true;
      } catch (error) {
        refusals.push(error);
      }
    }
  }
  return refusals;
}

const text = (path: string) => readFileSync(path, 'utf8');

describe('a file writer', () => {
  test('is a frozen description that claims its file', () => {
    const policy = { kind: 'skip' } as const;
    const writer = lineWriter('out/x.txt', { onError: policy });
    expect(writer).toMatchObject({ name: 'lines', label: 'lines out/x.txt', traits: { commit: 'whole' } });
    expect(writer.target).toBe(`file:${join(process.cwd(), 'out/x.txt')}`);
    expect(writer.onError).toBe(policy);
    expect(Object.isFrozen(writer)).toBe(true);
    expect(lineWriter(pathToFileURL('/a b')).target).toBe('file:/a b');
    expect(lineWriter('-')).toMatchObject({ label: 'lines stdout', target: 'stdout:' });
    expect('onError' in lineWriter('x')).toBe(false);
  });

  test('says how many bytes it wrote', async () => {
    const { path } = tempFolder();
    let total = 0;
    const sink = await open(lineWriter(join(path, 'x')), (bytes) => {
      total += bytes;
    });
    await sink.write('é', 'b');
    await sink.close();
    expect(total).toBe(statSync(join(path, 'x')).size);
  });

  test('gathers what it writes, and holds no more than it may', async () => {
    const { path } = tempFolder();
    const fileSystem = faultyFileSystem(() => undefined);
    const sink = await open(lineWriter(join(path, 'x'), { bufferBytes: '1 KiB' }, fileSystem));
    for (let record = 0; record < 1000; record++) await sink.write('x'.repeat(99));
    expect(fileSystem.calls.filter((call) => call === 'write').length).toBeGreaterThan(40);
    expect(fileSystem.calls.filter((call) => call === 'write').length).toBeLessThan(100);
    await sink.close();
    expect(text(join(path, 'x'))).toBe(`${`${'x'.repeat(99)}\n`.repeat(1000)}end\n`);
  });

  test('pain P13: a write that takes its time holds back by bytes, however large a batch is, and loses nothing', async () => {
    const { path } = tempFolder();
    const { promise: disk, resolve } = Promise.withResolvers<void>();
    const slow: FileSystem = {
      ...nodeFileSystem,
      async open(name, flags) {
        const handle = await nodeFileSystem.open(name, flags);
        const write: OutputHandle['write'] = async (...given) => {
          await disk;
          return handle.write(...given);
        };
        return Object.assign(Object.create(handle), {
          write,
          close: () => handle.close(),
          sync: () => handle.sync(),
        });
      },
    };
    const sink = await lineWriter(join(path, 'x'), { bufferBytes: 1000 }, slow).open({
      signal: new AbortController().signal,
      clock: systemClock,
      wrote: () => undefined,
    });
    const line = 'x'.repeat(99);
    const put = () => sink.write(batch([line], new CountedOrigin('t', 1)));
    let held = put();
    let taken = 1;
    for (; held === undefined && taken < 100; taken++) held = put();
    // A block that is being written, one that is full, and the batch that waits.
    expect(taken).toBe(21);
    resolve();
    await held;
    await sink.close();
    expect(readFileSync(join(path, 'x'), 'utf8')).toBe(`${`${line}\n`.repeat(taken)}end\n`);
  });

  test('compresses by name, or as it is told', async () => {
    const { path } = tempFolder();
    await write(lineWriter(join(path, 'a.txt.gz')), 'one', 'two');
    await write(lineWriter(join(path, 'b'), { compression: 'gzip' }), 'one', 'two');
    await write(lineWriter(join(path, 'c.gz'), { compression: 'none' }), 'one', 'two');
    expect(gunzipSync(readFileSync(join(path, 'a.txt.gz'))).toString()).toBe('one\ntwo\nend\n');
    expect(gunzipSync(readFileSync(join(path, 'b'))).toString()).toBe('one\ntwo\nend\n');
    expect(text(join(path, 'c.gz'))).toBe('one\ntwo\nend\n');
  });

  test('a batch that cannot be encoded is not taken, and the rest goes on', async () => {
    const { path } = tempFolder();
    for (const name of ['x', 'x.gz']) {
      const sink = await open(lineWriter(join(path, name)));
      await sink.write('a');
      await expect(sink.write('b', 'poison')).rejects.toThrow('poison');
      await sink.write('b');
      await sink.close();
    }
    expect(text(join(path, 'x'))).toBe('a\nb\nend\n');
    expect(gunzipSync(readFileSync(join(path, 'x.gz'))).toString()).toBe('a\nb\nend\n');
  });
});

describe('atomic publish', () => {
  test('nothing is under the final name before all is, and nothing else after', async () => {
    const { path, names, open: openFiles } = tempFolder();
    const sink = await open(lineWriter(join(path, 'x.txt'), { bufferBytes: 1 }));
    await sink.write('a');
    await sink.write('b');
    expect(names()).toEqual([expect.stringMatching(/^\.x\.txt\.\d+-[0-9a-f]{12}\.partial$/)]);
    await sink.close();
    expect(names()).toEqual(['x.txt']);
    expect(text(join(path, 'x.txt'))).toBe('a\nb\nend\n');
    expect(openFiles()).toEqual([]);
  });

  test('the old file stays as it is until the new one is there', async () => {
    const folder = tempFolder();
    const path = folder.write('x', 'old\n');
    const sink = await open(lineWriter(path, { bufferBytes: 1 }));
    await sink.write('a');
    expect(text(path)).toBe('old\n');
    await sink.close();
    expect(text(path)).toBe('a\nend\n');
  });

  test.each(['x', 'x.gz'])('an abort leaves the old %s and nothing else', async (name) => {
    const folder = tempFolder();
    const path = folder.write(name, 'old\n');
    const sink = await open(lineWriter(path, { bufferBytes: 1 }));
    for (let record = 0; record < 100; record++) await sink.write('x'.repeat(1000));
    await sink.abort();
    expect(text(path)).toBe('old\n');
    expect(folder.names()).toEqual([name]);
    expect(folder.open()).toEqual([]);
  });

  test('pain P46: the file is synced before it is renamed, and its folder after', async () => {
    const { path } = tempFolder();
    const fileSystem = faultyFileSystem(() => undefined);
    await write(lineWriter(join(path, 'x'), {}, fileSystem), 'a');
    expect(fileSystem.calls).toEqual([
      ...['stat', 'open', 'write', 'sync', 'close', 'rename'],
      ...['open', 'sync', 'close'],
    ]);
  });

  test('the mode of the old file is kept', async () => {
    const folder = tempFolder();
    const path = folder.write('x', 'old\n');
    chmodSync(path, 0o640);
    await write(lineWriter(path), 'a');
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  test('what a link stands for is replaced, not the link', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder.path, 'real'));
    const path = folder.write('real/x', 'old\n');
    symlinkSync(join('real', 'x'), join(folder.path, 'link'));
    await write(lineWriter(join(folder.path, 'link')), 'a');
    expect(readlinkSync(join(folder.path, 'link'))).toBe(join('real', 'x'));
    expect(text(path)).toBe('a\nend\n');
  });

  test('two runs to one name at the same time do not mix', async () => {
    const { path, names } = tempFolder();
    const writer = lineWriter(join(path, 'x'));
    const [one, two] = [await open(writer), await open(writer)];
    await one.write('one');
    await two.write('two');
    await two.close();
    await one.close();
    expect(text(join(path, 'x'))).toBe('one\nend\n');
    expect(names()).toEqual(['x']);
  });
});

describe('pain P45: when the file system fails', () => {
  const full = errno('ENOSPC');

  test('batches are refused, and nothing is lost or doubled when they are tried again', async () => {
    const { path } = tempFolder();
    let broken = true;
    const fileSystem = faultyFileSystem((call, count) =>
      call === 'write' && broken && count % 3 !== 0 ? full : undefined,
    );
    const sink = await open(lineWriter(join(path, 'x'), { bufferBytes: 20 }, fileSystem));
    const refusals = await insist(sink, RECORDS);
    broken = false;
    await sink.close();
    expect(text(join(path, 'x'))).toBe(`${RECORDS.join('\n')}\nend\n`);
    expect(refusals.length).toBeGreaterThan(10);
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({
        code: 'ERR_SPACE',
        message: `Cannot write ${path}/x: there is no space left (ENOSPC)`,
        retryable: true,
        cause: full,
      });
    }
  });

  test('short writes are completed', async () => {
    const { path } = tempFolder();
    const fileSystem = faultyFileSystem((call, _, length) =>
      call === 'write' ? Math.min(length, 3) : undefined,
    );
    let total = 0;
    const sink = await open(lineWriter(join(path, 'x'), { bufferBytes: 8 }, fileSystem), (bytes) => {
      total += bytes;
    });
    for (let record = 0; record < 50; record++) await sink.write(`record ${record}`);
    await sink.close();
    const expected = `${Array.from({ length: 50 }, (_, record) => `record ${record}\n`).join('')}end\n`;
    expect(text(join(path, 'x'))).toBe(expected);
    expect(total).toBe(expected.length);
  });

  test('a short write and then an error: another try goes on where it stopped', async () => {
    const { path } = tempFolder();
    const fileSystem = faultyFileSystem((call, count) => {
      if (call !== 'write') return undefined;
      return count === 1 ? 2 : count === 2 ? errno('EIO') : undefined;
    });
    const sink = await open(lineWriter(join(path, 'x'), { bufferBytes: 20 }, fileSystem));
    const refusals = await insist(sink, RECORDS);
    await sink.close();
    expect(refusals).toMatchObject([{ code: 'ERR_IO', retryable: true }]);
    expect(text(join(path, 'x'))).toBe(`${RECORDS.join('\n')}\nend\n`);
  });

  test('a file that takes no bytes fails rather than hangs', async () => {
    const { path, names } = tempFolder();
    const fileSystem = faultyFileSystem((call) => (call === 'write' ? 0 : undefined));
    await expect(write(lineWriter(join(path, 'x'), {}, fileSystem), 'a')).rejects.toMatchObject({
      code: 'ERR_IO',
      message: `Cannot write ${path}/x: the file took no bytes`,
    });
    expect(names()).toEqual([]);
  });

  test.each(['write', 'sync', 'close', 'rename'] as const)(
    'a %s that fails at the end leaves nothing under any name',
    async (failing) => {
      for (const name of ['x', 'x.gz']) {
        const { path, names, open: openFiles } = tempFolder();
        const fileSystem = faultyFileSystem((call) => (call === failing ? full : undefined));
        await expect(write(lineWriter(join(path, name), {}, fileSystem), 'a')).rejects.toMatchObject({
          code: 'ERR_SPACE',
          message: expect.stringContaining(join(path, name)),
        });
        expect(names()).toEqual([]);
        expect(openFiles()).toEqual([]);
      }
    },
  );

  test('an abort while writes fail still removes the file', async () => {
    const { path, names } = tempFolder();
    const fileSystem = faultyFileSystem((call) => (call === 'write' || call === 'sync' ? full : undefined));
    const sink = await open(lineWriter(join(path, 'x'), { bufferBytes: 1 }, fileSystem));
    await sink.write('a');
    await sink.write('b').catch(() => undefined);
    await sink.abort();
    expect(names()).toEqual([]);
  });

  test('a folder that cannot be opened or synced does not fail the file in it', async () => {
    for (const fault of [errno('EACCES'), errno('EINVAL')]) {
      const { path } = tempFolder();
      const failing = fault.message.startsWith('EACCES') ? 'open' : 'sync';
      const fileSystem = faultyFileSystem((call, count) =>
        call === failing && count === 2 ? fault : undefined,
      );
      await write(lineWriter(join(path, 'x'), {}, fileSystem), 'a');
      expect(text(join(path, 'x'))).toBe('a\nend\n');
    }
  });

  test.each([
    ['EACCES', 'ERR_PERMISSION'],
    ['EROFS', 'ERR_PERMISSION'],
    ['ENOSPC', 'ERR_SPACE'],
    ['EDQUOT', 'ERR_SPACE'],
    ['ENOTDIR', 'ERR_NOT_A_FILE'],
    ['EMFILE', 'ERR_IO'],
  ])('%s on opening is %s', async (code, expected) => {
    const { path } = tempFolder();
    const fileSystem = faultyFileSystem((call) => (call === 'open' ? errno(code) : undefined));
    await expect(open(lineWriter(join(path, 'x'), {}, fileSystem))).rejects.toMatchObject({
      code: expected,
      message: expect.stringContaining(`Cannot write ${path}/x: `),
    });
  });

  test('an encoder that cannot be made or finished leaves nothing open', async () => {
    const { path, names, open: openFiles } = tempFolder();
    const broken = new Error('broken');
    const finish = () => {
      throw broken;
    };
    const failing = (encoder: () => { encode(): string; finish(): string }) =>
      fileWriter<string>({ name: 'x', path: join(path, 'x'), options: {}, encoder });
    await expect(
      write(
        failing(() => ({ encode: () => 'a', finish })),
        'a',
      ),
    ).rejects.toBe(broken);
    await expect(open(failing(finish))).rejects.toBe(broken);
    expect(names()).toEqual([]);
    expect(openFiles()).toEqual([]);
  });
});

describe('a place that cannot be written to', () => {
  test('a missing folder says so, and is made when that is wished', async () => {
    const { path } = tempFolder();
    const target = join(path, 'a/b/x');
    await expect(open(lineWriter(target))).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: `Cannot write ${target}: the folder ${path}/a/b does not exist`,
      hint: expect.stringContaining('mkdir: true'),
    });
    await write(lineWriter(target, { mkdir: true }), 'a');
    expect(text(target)).toBe('a\nend\n');
  });

  test('a folder is not a file, nor is a path through one', async () => {
    const { path, write: put } = tempFolder();
    put('file', '');
    await expect(open(lineWriter(path))).rejects.toMatchObject({ code: 'ERR_NOT_A_FILE' });
    await expect(open(lineWriter(join(path, 'file', 'x')))).rejects.toMatchObject({ code: 'ERR_NOT_A_FILE' });
    await expect(open(lineWriter(join(path, 'file', 'x'), { mkdir: true }))).rejects.toMatchObject({
      code: 'ERR_NOT_A_FILE',
    });
  });

  test('an existing file is refused when it may not be replaced', async () => {
    const folder = tempFolder();
    const path = folder.write('x', 'old\n');
    const refused = { code: 'ERR_IO', message: `Cannot write ${path}: it exists already`, retryable: false };
    await expect(open(lineWriter(path, { overwrite: false }))).rejects.toMatchObject(refused);
    await write(lineWriter(join(folder.path, 'y'), { overwrite: false }), 'a');
    expect(folder.names()).toEqual(['x', 'y']);
  });

  test('a file that came while the run went on is not replaced either', async () => {
    const folder = tempFolder();
    const path = join(folder.path, 'x');
    const sink = await open(lineWriter(path, { overwrite: false }));
    await sink.write('a');
    folder.write('x', 'theirs\n');
    await expect(sink.close()).rejects.toMatchObject({
      code: 'ERR_IO',
      message: expect.stringContaining('exists'),
    });
    expect(text(path)).toBe('theirs\n');
    expect(folder.names()).toEqual(['x']);
  });

  test('where there are no links, overwrite: false works all the same', async () => {
    const { path, write: put, names } = tempFolder();
    const fileSystem = faultyFileSystem((call) => (call === 'link' ? errno('EPERM') : undefined));
    await write(lineWriter(join(path, 'x'), { overwrite: false }, fileSystem), 'a');
    expect(text(join(path, 'x'))).toBe('a\nend\n');
    const sink = await open(lineWriter(join(path, 'y'), { overwrite: false }, fileSystem));
    put('y', 'theirs');
    await expect(sink.close()).rejects.toMatchObject({ code: 'ERR_IO' });
    expect(names()).toEqual(['x', 'y']);
  });

  test('a device is written as it is', async () => {
    await write(lineWriter('/dev/null'), 'a');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    await expect(write(lineWriter('/dev/full'), 'a')).rejects.toMatchObject({ code: 'ERR_SPACE' });
  });

  test('a named pipe is written as it is', async () => {
    const { path } = tempFolder();
    const fifo = join(path, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const { readFile } = await import('node:fs/promises');
    const [got] = await Promise.all([readFile(fifo, 'utf8'), write(lineWriter(fifo), 'a', 'b')]);
    expect(got).toBe('a\nb\nend\n');
  });
});

describe('appending', () => {
  test('goes on at the end of the file, and makes it when it is missing', async () => {
    const { path } = tempFolder();
    const target = join(path, 'x');
    await write(lineWriter(target, { append: true }), 'a');
    await write(lineWriter(target, { append: true }), 'b');
    expect(text(target)).toBe('a\nend\nb\n');
  });

  test('ends a last line that lacks its end, but only when something follows', async () => {
    const folder = tempFolder();
    const path = folder.write('x', 'old');
    await write(lineWriter(path, { append: true }));
    expect(text(path)).toBe('old');
    await write(lineWriter(path, { append: true }), 'a');
    expect(text(path)).toBe('old\na\n');
  });

  test('an abort cuts the file back to what it was', async () => {
    const folder = tempFolder();
    const path = folder.write('x', 'old\n');
    for (const target of [path, join(folder.path, 'new')]) {
      const sink = await open(lineWriter(target, { append: true, bufferBytes: 1 }));
      await sink.write('a');
      await sink.write('b');
      await sink.abort();
    }
    expect(text(path)).toBe('old\n');
    expect(folder.names()).toEqual(['x']);
    expect(folder.open()).toEqual([]);
  });

  test('a failing end cuts the file back, too', async () => {
    const folder = tempFolder();
    const path = folder.write('x', 'old\n');
    const fileSystem = faultyFileSystem((call) => (call === 'sync' ? errno('EIO') : undefined));
    await expect(write(lineWriter(path, { append: true }, fileSystem), 'a')).rejects.toMatchObject({
      code: 'ERR_IO',
    });
    expect(text(path)).toBe('old\n');
    expect(folder.open()).toEqual([]);
  });

  test('to a compressed file adds a member', async () => {
    const folder = tempFolder();
    const path = folder.write('x.gz', gzipSync('old'));
    await write(lineWriter(path, { append: true }), 'a');
    expect(gunzipSync(readFileSync(path)).toString()).toBe('olda\n');
  });
});

test('paths are taken from where the writer was described, not where it is opened', () => {
  const { path } = tempFolder();
  const writer = lineWriter(relative(process.cwd(), join(path, 'x')));
  expect(writer.target).toBe(`file:${path}/x`);
});
