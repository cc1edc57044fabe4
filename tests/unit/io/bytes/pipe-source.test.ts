import { execFileSync } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ndjsonReader } from '../../../../src/io/formats/ndjson/ndjson-reader.ts';
import { textReader } from '../../../../src/io/formats/text/text-reader.ts';
import { probeReader } from '../../../../src/testing/reader-probe.ts';
import { tempFolder } from '../temp-folder.ts';

function namedPipe(name = 'pipe') {
  const folder = tempFolder();
  const path = join(folder.path, name);
  execFileSync('mkfifo', [path]);
  return { folder, path, writer: () => createWriteStream(path) };
}

const put = (stream: WriteStream, text: string | Uint8Array) =>
  new Promise((resolve) => stream.write(text, resolve));

describe.skipIf(process.platform === 'win32')('a named pipe', () => {
  test('is read to its end, from a writer that comes later', async () => {
    const { path, writer } = namedPipe();
    const probe = probeReader(textReader(path));
    const rest = probe.rest();
    const stream = writer();
    await put(stream, 'one\ntw');
    await put(stream, 'o\nthree');
    stream.end();
    expect(await rest).toEqual(['one', 'two', 'three']);
  });

  test('loses nothing of much more than it holds at a time, while it is held back', async () => {
    const { path, writer } = namedPipe();
    const records = Array.from({ length: 50_000 }, (_, n) => ({ n, text: 'x'.repeat(20) }));
    const stream = writer();
    stream.end(`${records.map((record) => JSON.stringify(record)).join('\n')}\n`);
    const probe = probeReader(ndjsonReader(path));
    for (let asked = 0; asked < 3; asked++) await probe.request(1);
    expect(await probe.rest()).toEqual(records);
    expect(probe.unasked).toBe(0);
  });

  test('may be compressed', async () => {
    const { path, writer } = namedPipe('pipe.gz');
    writer().end(gzipSync('one\ntwo\n'));
    expect(await probeReader(textReader(path)).rest()).toEqual(['one', 'two']);
  });

  test('can be left while no writer has come, which an open file could not', async () => {
    const { folder, path } = namedPipe();
    const probe = probeReader(textReader(path));
    void probe.request(1);
    await probe.close();
    expect({ state: probe.state, open: folder.open() }).toEqual({ state: 'closed', open: [] });
  });

  test('can be left while its writer is idle, and is closed then', async () => {
    const { folder, path, writer } = namedPipe();
    const probe = probeReader(textReader(path));
    const stream = writer();
    const written = put(stream, 'one\n');
    await probe.request(1);
    await written;
    expect(probe.records).toEqual(['one']);
    await probe.close();
    await new Promise<void>((resolve) => stream.on('close', resolve).destroy());
    expect(folder.open()).toEqual([]);
  });
});
