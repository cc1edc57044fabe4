import { execFileSync } from 'node:child_process';
import { createReadStream, type ReadStream } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { batch, CountedOrigin } from '../../../../src/core/batch.ts';
import type { Clock } from '../../../../src/interfaces/clock.ts';
import type { FileWriteOptions } from '../../../../src/io/bytes/file-options.ts';
import { textWriter } from '../../../../src/io/formats/text/text-writer.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { tempFolder } from '../temp-folder.ts';

/** Time passes as soon as nothing else is to be done. */
const impatient: Clock = {
  now: () => 0,
  schedule(callback) {
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  },
};

function pipe(options: FileWriteOptions = {}) {
  const folder = tempFolder();
  const path = join(folder.path, 'pipe');
  execFileSync('mkfifo', [path]);
  const abort = new AbortController();
  const counted = { bytes: 0 };
  const wrote = (bytes: number) => {
    counted.bytes += bytes;
  };
  const context = { signal: abort.signal, clock: impatient, wrote };
  return {
    folder,
    counted,
    abort,
    open: () => textWriter(path, options).open(context),
    reader: () => createReadStream(path),
  };
}

const words = (...records: string[]) => batch(records, new CountedOrigin('words', 1));
const large = words('x'.repeat(2 ** 20));
const gone = (stream: ReadStream) => new Promise<void>((resolve) => stream.on('close', resolve).destroy());

describe.skipIf(process.platform === 'win32')('a writer to a named pipe', () => {
  test('waits for somebody to read it, and then writes all of it', async () => {
    const { counted, folder, open, reader } = pipe();
    const opening = open();
    await turns(5);
    const content = text(reader());
    const sink = await opening;
    await sink.write(words('one'));
    await sink.write(large);
    await sink.close();
    expect(await content).toBe(`one\n${large.records[0]}\n`);
    expect({ bytes: counted.bytes, open: folder.open() }).toEqual({ bytes: 4 + 2 ** 20 + 1, open: [] });
  });

  test('compresses when it is told to', async () => {
    const { open, reader } = pipe({ compression: 'gzip' });
    const content = reader().toArray();
    const sink = await open();
    await sink.write(words('one', 'two'));
    await sink.close();
    expect(gunzipSync(Buffer.concat(await content)).toString()).toBe('one\ntwo\n');
  });

  test('gives up waiting for a reader when the run is over', async () => {
    const { abort, folder, open } = pipe();
    const opening = open();
    await turns(2);
    abort.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    expect(folder.open()).toEqual([]);
  });

  test('gives up a write that the reader does not take when the run is over, and closes', async () => {
    const { abort, folder, open, reader } = pipe();
    const idle = reader();
    const sink = await open();
    await sink.write(large)?.catch(() => {});
    const stuck = sink.write(words('more'));
    await turns(2);
    abort.abort();
    await expect(stuck).rejects.toMatchObject({ code: 'ERR_IO' });
    await sink.abort(undefined);
    await gone(idle);
    expect(folder.open()).toEqual([]);
  });

  test('says that nobody reads any more when the reader leaves', async () => {
    const { folder, open, reader } = pipe();
    const leaving = reader();
    const sink = await open();
    await sink.write(words('one'));
    await gone(leaving);
    const failed = Promise.resolve(sink.write(large)).then(() => sink.write(large));
    await expect(failed).rejects.toMatchObject({ code: 'ERR_OUTPUT_CLOSED' });
    await sink.abort(undefined);
    expect(folder.open()).toEqual([]);
  });
});
