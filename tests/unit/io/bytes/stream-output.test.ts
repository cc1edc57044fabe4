import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { StreamOutput } from '../../../../src/io/bytes/stream-output.ts';
import { errno } from '../faulty-file-system.ts';

function open(stream: Writable, wrote: (bytes: number) => void = () => undefined): StreamOutput {
  return new StreamOutput(stream, 'stdout', wrote);
}

describe('a stream output', () => {
  test('waits for what it wrote before there is room again', async () => {
    const dones: (() => void)[] = [];
    const stream = new Writable({ write: (_chunk, _encoding, done) => void dones.push(done) });
    let total = 0;
    const output = open(stream, (bytes) => {
      total += bytes;
    });
    expect(output.settle()).toBeUndefined();
    output.append(Buffer.from('abc'));
    const room = output.settle();
    let settled = false;
    room!.then(() => {
      settled = true;
    });
    await new Promise(setImmediate);
    expect({ settled, total }).toEqual({ settled: false, total: 0 });
    dones.shift()!();
    await room;
    expect(total).toBe(3);
    expect(output.settle()).toBeUndefined();
  });

  test('is complete when all is written, and does not end the stream', async () => {
    const stream = new PassThrough();
    const output = open(stream);
    output.append(Buffer.from('a'));
    output.append(Buffer.from('b'));
    await output.publish();
    expect(stream.writableEnded).toBe(false);
    expect(stream.read().toString()).toBe('ab');
    expect(stream.listenerCount('error')).toBe(0);
  });

  test('leaves no listener behind when it is abandoned', async () => {
    const stream = new PassThrough();
    const before = stream.listenerCount('error');
    await open(stream).abandon();
    expect(stream.listenerCount('error')).toBe(before);
  });

  test.each([
    ['EPIPE', 'ERR_OUTPUT_CLOSED', 'Cannot write to stdout: nobody reads the output any more (EPIPE)'],
    ['ENOSPC', 'ERR_SPACE', 'Cannot write to stdout: there is no space left (ENOSPC)'],
    ['EIO', 'ERR_IO', 'Cannot write to stdout: EIO: it failed'],
  ])('%s is %s, and no uncaught error', async (errnoCode, code, message) => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(errno(errnoCode)) });
    const output = open(stream);
    output.append(Buffer.from('a'));
    await expect(output.settle()).rejects.toMatchObject({ code, message });
    await expect(output.settle()).rejects.toMatchObject({ code });
    await output.abandon();
    await new Promise(setImmediate);
    expect(stream.listenerCount('error')).toBe(0);
  });

  test('to a stream that was destroyed before says that it is closed', async () => {
    const stream = new PassThrough();
    stream.destroy();
    await once(stream, 'close');
    const output = open(stream);
    output.append(Buffer.from('a'));
    await expect(output.publish()).rejects.toMatchObject({ code: 'ERR_OUTPUT_CLOSED' });
  });
});

describe('stdout', () => {
  const script = `
    import { ndjsonWriter } from '#io/formats/ndjson/ndjson-writer.ts';
    const context = { signal: new AbortController().signal, wrote() {} };
    const sink = await ndjsonWriter('-').open(context);
    const records = Array.from({ length: 1000 }, (_, id) => ({ id, text: 'x'.repeat(100) }));
    try {
      for (let batch = 0; batch < Number(process.argv[1]); batch++) await sink.write({ records });
      await sink.close();
    } catch (error) {
      await sink.abort(error);
      console.error(error.code);
    }
  `.replaceAll('#', new URL('../../../../src/', import.meta.url).href);
  const argv = (batches: number) => ['--input-type=module', '-e', script, String(batches)];

  test('gets every record, and stays open', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, argv(5), { maxBuffer: 2 ** 24 });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(5000);
    expect(JSON.parse(lines[4999]!)).toEqual({ id: 999, text: 'x'.repeat(100) });
  });

  test('that is closed by its reader ends an endless output with ERR_OUTPUT_CLOSED', async () => {
    const child = spawn(process.execPath, argv(1e6), { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.once('data', () => child.stdout.destroy());
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    const [code] = await once(child, 'close');
    expect({ code, said: said.trim() }).toEqual({ code: 0, said: 'ERR_OUTPUT_CLOSED' });
  });
});
