import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { tap } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { batch } from '../../../../src/core/batch.ts';
import type { FileReadOptions, Paths } from '../../../../src/io/bytes/file-options.ts';
import { fileReader } from '../../../../src/io/bytes/file-reader.ts';
import { LineDecoder } from '../../../../src/io/formats/text/line-decoder.ts';
import { probeReader } from '../../../../src/testing/index.ts';
import { tempFolder } from '../temp-folder.ts';

function lines(paths: Paths, options: FileReadOptions = {}) {
  const decoder = (context: ConstructorParameters<typeof LineDecoder>[0]) =>
    new LineDecoder(context, 2 ** 20);
  return fileReader<string>({ name: 'lines', paths, options, decoder });
}

async function read(paths: Paths, options: FileReadOptions = {}) {
  const probe = probeReader(lines(paths, options));
  try {
    await probe.rest();
    return probe;
  } finally {
    await probe.close();
  }
}

const MANY = Array.from({ length: 5000 }, (_, index) => `line ${index}`);

describe('a file reader', () => {
  test('is a frozen description with what it reads in its label', () => {
    const reader = lines('orders-*.csv.gz');
    expect(reader).toMatchObject({
      name: 'lines',
      label: 'lines orders-*.csv.gz',
      traits: { bounded: true },
    });
    expect(Object.isFrozen(reader) && Object.isFrozen(reader.traits)).toBe(true);
    expect('onError' in reader).toBe(false);
    const policy = { kind: 'skip' } as const;
    expect(lines('a', { onError: policy }).onError).toBe(policy);
  });

  test('reads one file after another, each from line 1', async () => {
    const folder = tempFolder();
    folder.write('b.txt', 'b1\nb2\n');
    folder.write('a.txt', 'a1');
    const probe = await read([join(folder.path, 'b.txt'), join(folder.path, '*.txt')]);
    expect(probe.records).toEqual(['b1', 'b2', 'a1', 'b1', 'b2']);
    expect(probe.origins[1]).toEqual({
      source: `lines ${folder.path}/b.txt, ${folder.path}/*.txt`,
      file: join(folder.path, 'b.txt'),
      record: 2,
      line: 2,
      byte: 3,
    });
    expect(probe.origins[2]).toMatchObject({ file: join(folder.path, 'a.txt'), record: 1, line: 1, byte: 0 });
  });

  test('decompresses by name, by its first bytes, or as it is told', async () => {
    const { path, write } = tempFolder();
    const zipped = gzipSync('one\ntwo\n');
    write('a.txt.gz', zipped);
    write('b', zipped);
    write('c.gz', 'plain');
    expect((await read(join(path, 'a.txt.gz'))).records).toEqual(['one', 'two']);
    expect((await read(join(path, 'b'), { compression: 'gzip' })).records).toEqual(['one', 'two']);
    expect((await read(join(path, 'c.gz'), { compression: 'none' })).records).toEqual(['plain']);
    await expect(read(join(path, 'c.gz'))).rejects.toMatchObject({ code: 'ERR_DECOMPRESS' });
    expect((await read(join(path, 'b'))).records).toEqual(['one', 'two']);
    await expect(read(join(path, 'b'), { compression: 'none' })).rejects.toMatchObject({
      code: 'ERR_ENCODING',
      hint: expect.stringContaining('gzip'),
    });
  });

  test('says how much it will read, and how much it has read, as it lies on the disk', async () => {
    const { path, write } = tempFolder();
    const zipped = gzipSync('one\n'.repeat(1000));
    write('a.gz', zipped);
    write('b', 'two\n');
    let expected = 0;
    let consumed = 0;
    const probe = probeReader({
      ...lines([join(path, 'a.gz'), join(path, 'b')]),
      open: (context) =>
        lines([join(path, 'a.gz'), join(path, 'b')]).open({
          ...context,
          demand: context.demand,
          expected: (bytes) => {
            expected += bytes;
          },
          consumed: (bytes) => {
            consumed += bytes;
          },
        }),
    });
    await probe.rest();
    expect({ expected, consumed }).toEqual({ expected: zipped.length + 4, consumed: zipped.length + 4 });
  });

  test.each([1, 2, 3, 7, 2 ** 17])(
    'gives exact byte offsets behind a mark in pieces of %i',
    async (chunkBytes) => {
      const { write } = tempFolder();
      const bytes = Buffer.from('\ufeffé\r\n日本\nx');
      const probe = await read(write('a.txt', bytes), { chunkBytes });
      expect(probe.records).toEqual(['é', '日本', 'x']);
      for (const [index, { byte }] of probe.origins.entries()) {
        expect(bytes.subarray(byte!).toString().startsWith(probe.records[index]!)).toBe(true);
      }
      expect(probe.origins.map(({ byte }) => byte)).toEqual([3, 7, 14]);
    },
  );

  test.each([1, 7, 2 ** 17])('gives what came before a faulty byte in pieces of %i', async (chunkBytes) => {
    const { write } = tempFolder();
    const probe = probeReader(lines(write('a.txt', Buffer.from('a\nb\nc\xff\nd', 'latin1')), { chunkBytes }));
    await expect(probe.rest()).rejects.toMatchObject({ code: 'ERR_ENCODING', details: { byte: 5 } });
    expect(probe.records).toEqual(['a', 'b']);
    await probe.close();
  });

  test('gives an empty file to its decoder, which may refuse it', async () => {
    const { write } = tempFolder();
    const path = write('empty', '');
    const refusing = fileReader({
      name: 'strict',
      paths: path,
      options: {},
      decoder: () => ({
        decode: () => undefined,
        flush() {
          throw new Error('there is nothing in it');
        },
      }),
    });
    const probe = probeReader(refusing);
    await expect(probe.rest()).rejects.toThrow('there is nothing in it');
    await probe.close();
    expect((await read(path)).records).toEqual([]);
  });

  test('emits no empty batches', async () => {
    const { write } = tempFolder();
    const reader = fileReader<string>({
      name: 'empty',
      paths: write('a', 'abc'),
      options: {},
      decoder: () => ({
        decode: () => batch([], { source: 'a', at: () => ({ source: 'a', record: 1 }) }),
        flush: () => undefined,
      }),
    });
    const probe = probeReader(reader);
    await probe.rest();
    expect(probe.items).toEqual([]);
    await probe.close();
  });
});

describe('a file reader that cannot read', () => {
  test('says so when a file vanishes after it was found', async () => {
    const { path, write } = tempFolder();
    write('a', 'a\n');
    write('b', 'b\n');
    const probe = probeReader(lines([join(path, 'a'), join(path, 'b')]));
    await probe.request(1);
    rmSync(join(path, 'b'));
    await expect(probe.rest()).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: `Cannot open ${path}/b: it does not exist (ENOENT)`,
    });
    expect(probe.records).toEqual(['a']);
    await probe.close();
  });

  test('says so before it opens any file when one is missing', async () => {
    const { path, write } = tempFolder();
    write('a', 'a\n');
    const probe = probeReader(lines([join(path, 'a'), join(path, 'b')]));
    await expect(probe.rest()).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(probe.items).toEqual([]);
    await probe.close();
  });

  test('passes on what its decoder throws', async () => {
    const { write, open } = tempFolder();
    const error = new Error('the decoder broke');
    const decoder = () => ({
      decode() {
        throw error;
      },
      flush: () => undefined,
    });
    const probe = probeReader(fileReader({ name: 'x', paths: write('a', 'a'), options: {}, decoder }));
    await expect(probe.rest()).rejects.toBe(error);
    expect(open()).toEqual([]);
    await probe.close();
  });
});

describe('pain P20: the files of a reader are closed', () => {
  const cases: [string, (path: string) => Promise<void>][] = [
    ['at the end', async (path) => void (await read(path, { chunkBytes: 1024 }))],
    [
      'on an error, before it is heard of',
      async (path) => {
        await read(path, { chunkBytes: 1024, encoding: 'utf-16le' }).catch(() => undefined);
      },
    ],
    [
      'when the reader is left at once',
      async (path) => {
        await probeReader(lines(path, { chunkBytes: 1024 })).close();
      },
    ],
    [
      'when the reader is left on the way, with a read under way',
      async (path) => {
        const probe = probeReader(lines(path, { chunkBytes: 1024 }));
        await probe.request(1);
        await probe.close();
      },
    ],
  ];
  test.each(cases)('%s', async (_, use) => {
    for (const name of ['many.txt', 'many.txt.gz']) {
      const { write, open } = tempFolder();
      const text = `${MANY.join('\n')}\nodd`;
      await use(write(name, name.endsWith('.gz') ? gzipSync(text) : text));
      expect(open()).toEqual([]);
    }
  });

  test('before the subscriber hears of the end', async () => {
    const { write, open } = tempFolder();
    const seen: unknown[] = [];
    const path = write('a', 'a');
    const probe = probeReader({
      ...lines(path),
      open: (context) =>
        lines(path)
          .open(context)
          .pipe(tap({ complete: () => seen.push(open()) })),
    });
    await probe.rest();
    await probe.close();
    expect(seen).toEqual([[]]);
  });
});

describe('pain P1: a file reader that is held back', () => {
  test('reads one piece ahead and no more', async () => {
    const { write } = tempFolder();
    const probe = probeReader(lines(write('many', MANY.join('\n')), { chunkBytes: 1000 }));
    await probe.request(2);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(probe.items).toHaveLength(2);
    expect(probe.unasked).toBe(0);
    expect(probe.consumed).toBeLessThanOrEqual(3000);
    expect(await probe.rest()).toEqual(MANY);
    await probe.close();
  });
});

describe('stdin', () => {
  const script = `
    import { DemandGate } from '#core/demand.ts';
    import { textReader } from '#io/formats/text/text-reader.ts';
    const context = { demand: new DemandGate(), signal: new AbortController().signal, failed() {},
      closing() {}, stopping() {}, expected() {}, consumed() {}, overflowed() {} };
    const lines = [];
    const running = textReader('-').open(context).subscribe({
      next(batch) {
        lines.push(...batch.records);
        if (lines.includes('enough')) { console.log(JSON.stringify(lines)); running.unsubscribe(); }
      },
      complete() { console.log(JSON.stringify([...lines, 'END'])); },
    });
  `.replaceAll('#', new URL('../../../../src/', import.meta.url).href);

  async function run(input: string, end: boolean): Promise<unknown> {
    const running = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    running.child.stdin!.on('error', () => undefined);
    running.child.stdin!.write(input);
    if (end) running.child.stdin!.end();
    return JSON.parse((await running).stdout);
  }

  test('is read to its end', async () => {
    expect(await run('a\nb\nc', true)).toEqual(['a', 'b', 'c', 'END']);
  });

  test('does not keep the process alive when it was left open', async () => {
    expect(await run('a\nenough\n', false)).toEqual(['a', 'enough']);
  });
});
