import { PassThrough, Readable, Writable } from 'node:stream';
import { ReadableStream, WritableStream } from 'node:stream/web';
import { describe, expect, test } from 'vitest';
import { batch, CountedOrigin } from '../../../../src/core/batch.ts';
import { systemClock } from '../../../../src/core/clock.ts';
import type { Writer } from '../../../../src/interfaces/writer.ts';
import { inputReader } from '../../../../src/io/memory/input-reader.ts';
import { nodeReadableReader } from '../../../../src/io/memory/node-readable-reader.ts';
import { nodeWritable } from '../../../../src/io/memory/node-writable.ts';
import { outputWriter } from '../../../../src/io/memory/output-writer.ts';
import { webReadableReader } from '../../../../src/io/memory/web-readable-reader.ts';
import { webWritable } from '../../../../src/io/memory/web-writable.ts';
import { probeReader } from '../../../../src/testing/reader-probe.ts';
import { turns } from '../../../../src/testing/turns.ts';

function open<T>(writer: Writer<T>) {
  let bytes = 0;
  const context = {
    signal: new AbortController().signal,
    clock: systemClock,
    wrote: (count: number) => {
      bytes += count;
    },
  };
  return writer.open(context).then((sink) => ({
    write: (...records: T[]) => Promise.resolve(sink.write(batch(records, new CountedOrigin('test', 1)))),
    close: () => sink.close(),
    abort: (cause: unknown) => sink.abort(cause),
    bytes: () => bytes,
  }));
}

describe('a reader of a Node stream', () => {
  test('pain P21: a delay before the first pull loses nothing', async () => {
    const stream = new PassThrough({ objectMode: true });
    for (let i = 0; i < 10; i++) stream.write(i);
    stream.end();
    const probe = probeReader(nodeReadableReader<number>(stream));
    await turns(20);
    expect(await probe.rest()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('gives the pieces of a byte stream as Buffers, or as text when it says so', async () => {
    const bytes = probeReader(
      nodeReadableReader<Buffer>(Readable.from([Buffer.from('ab')], { objectMode: false })),
    );
    expect(await bytes.rest()).toEqual([Buffer.from('ab')]);
    const text = Readable.from([Buffer.from('ü').subarray(0, 1), Buffer.from('ü').subarray(1)], {
      objectMode: false,
    });
    text.setEncoding('utf8');
    expect((await probeReader(nodeReadableReader<string>(text)).rest()).join('')).toBe('ü');
  });

  test('a stream that is destroyed before its end is a failure, never the end', async () => {
    const stream = new PassThrough({ objectMode: true });
    stream.write(1);
    const probe = probeReader(nodeReadableReader<number>(stream));
    await probe.request(1);
    stream.destroy();
    await expect(probe.rest()).rejects.toMatchObject({ code: 'ERR_CLOSED_EARLY' });
    expect(probe.records).toEqual([1]);
  });

  test('an error of the stream before and during the run reaches the run', async () => {
    const failed = new PassThrough();
    failed.on('error', () => {});
    failed.destroy(new Error('the socket broke'));
    await expect(probeReader(nodeReadableReader(failed)).rest()).rejects.toThrow('the socket broke');
    const failing = new PassThrough();
    const probe = probeReader(nodeReadableReader(failing));
    failing.destroy(new Error('the socket broke later'));
    await expect(probe.rest()).rejects.toThrow('the socket broke later');
  });

  test('pulls no more than the stream buffers while it is held back', async () => {
    let pulled = 0;
    const stream = new Readable({
      objectMode: true,
      highWaterMark: 4,
      read() {
        this.push(pulled++);
      },
    });
    const probe = probeReader(nodeReadableReader(stream));
    await turns(10);
    expect(pulled).toBeLessThanOrEqual(5);
    await probe.close();
    expect(stream.destroyed).toBe(true);
  });

  test('a destroy that fails does not end the process, and is waited for', async () => {
    const stream = new Readable({
      read() {},
      destroy: (_error, done) => void setImmediate(done, new Error('the handle is stuck')),
    });
    const probe = probeReader(nodeReadableReader(stream));
    await turns();
    await probe.close();
    expect(stream.closed).toBe(true);
  });
});

describe('a reader of a web stream', () => {
  test('cancels the stream when the run leaves it', async () => {
    let cancelled = false;
    const stream = new ReadableStream<number>({
      pull: (controller) => controller.enqueue(1),
      cancel: () => {
        cancelled = true;
      },
    });
    const probe = probeReader(webReadableReader(stream));
    await probe.request(1);
    await turns(3);
    await probe.close();
    expect(cancelled).toBe(true);
  });

  test('a locked stream is refused', async () => {
    const stream = new ReadableStream<number>();
    stream.getReader();
    await expect(probeReader(webReadableReader(stream)).rest()).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
    });
  });
});

describe('a writer to a Node stream', () => {
  test('waits for drain: never writes into a full stream', async () => {
    const done: (() => void)[] = [];
    const stream = new Writable({
      objectMode: true,
      highWaterMark: 2,
      write: (_record, _encoding, callback) => void done.push(callback),
    });
    const sink = await open(nodeWritable<number>(stream));
    const writing = sink.write(1, 2, 3, 4, 5);
    let most = 0;
    for (let i = 0; i < 5; i++) {
      await turns(2);
      most = Math.max(most, stream.writableLength);
      done.shift()!();
    }
    await writing;
    expect(most).toBe(2);
    await sink.close();
  });

  test('does not end a stream that it may not end, and leaves no listener', async () => {
    const stream = new PassThrough();
    stream.resume();
    const listeners = stream.eventNames().map((name) => stream.listenerCount(name));
    for (const end of ['close', 'abort'] as const) {
      const sink = await open(nodeWritable<string>(stream, { end: false }));
      await sink.write('a', 'ü');
      expect(sink.bytes()).toBe(3);
      await sink[end](new Error('the run failed'));
    }
    expect(stream.writableEnded || stream.destroyed).toBe(false);
    expect(stream.eventNames().map((name) => stream.listenerCount(name))).toEqual(listeners);
  });

  test('destroys the stream when the run fails, and takes its error event upon itself', async () => {
    const stream = new PassThrough();
    const sink = await open(nodeWritable<string>(stream));
    await sink.abort(new Error('the run failed'));
    expect(stream.errored?.message).toBe('the run failed');
  });

  test('names the record that a byte stream cannot take, before anything is written', async () => {
    const stream = new PassThrough();
    const sink = await open(nodeWritable<unknown>(stream));
    await expect(sink.write('fine', { an: 'object' })).rejects.toMatchObject({
      code: 'ERR_ENCODE',
      origin: { record: 2 },
    });
    expect(stream.read()).toBeNull();
    await sink.abort(undefined);
  });

  test('a broken pipe is told apart from other failures', async () => {
    for (const [errno, code] of [
      ['EPIPE', 'ERR_OUTPUT_CLOSED'],
      ['EIO', 'ERR_IO'],
    ] as const) {
      const stream = new Writable({
        write: (_chunk, _encoding, done) => done(Object.assign(new Error(errno), { code: errno })),
      });
      const sink = await open(nodeWritable<string>(stream));
      await expect(sink.write('a')).rejects.toMatchObject({ code });
      await sink.abort(undefined);
    }
  });

  test('one that closes while a write is under way is a failure, not a hang', async () => {
    const stream = new Writable({ write: () => {} });
    const sink = await open(nodeWritable<string>(stream));
    const writing = sink.write('a');
    stream.destroy();
    await expect(writing).rejects.toMatchObject({ code: 'ERR_CLOSED_EARLY' });
    await sink.abort(undefined);
  });
});

describe('a writer to a web stream', () => {
  test('waits until the stream is ready, and passes on the cause of an abort', async () => {
    let reason: unknown;
    let writing = 0;
    let most = 0;
    const stream = new WritableStream<number>({
      write: async () => {
        most = Math.max(most, ++writing);
        await turns();
        writing--;
      },
      abort: (cause) => {
        reason = cause;
      },
    });
    const sink = await open(webWritable(stream));
    await sink.write(1, 2, 3);
    const cause = new Error('the run failed');
    await sink.abort(cause);
    expect(most).toBe(1);
    expect(reason).toBe(cause);
  });

  test('a locked stream is refused', async () => {
    const stream = new WritableStream();
    stream.getWriter();
    await expect(open(webWritable(stream))).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
  });
});

describe('the dispatchers', () => {
  test('pick by what they are given', () => {
    const names = [
      [1],
      new Set([1]),
      (async function* () {})(),
      Promise.resolve(1),
      Readable.from([1]),
      ReadableStream.from([1]),
    ];
    expect(names.map((input) => inputReader(input as never).name)).toEqual([
      'array',
      'iterable',
      'async_iterable',
      'promise',
      'readable',
      'readable_stream',
    ]);
    const writer = nodeWritable(new PassThrough());
    expect(outputWriter(writer)).toBe(writer);
    expect(outputWriter(new PassThrough()).name).toBe('writable');
    expect(outputWriter(new WritableStream()).name).toBe('writable_stream');
    expect(() => outputWriter((() => {}) as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });

  test('two writers of one stream share a target, those of two streams do not', () => {
    const stream = new PassThrough();
    expect(nodeWritable(stream).target).toBe(nodeWritable(stream).target);
    expect(nodeWritable(stream).target).not.toBe(nodeWritable(new PassThrough()).target);
  });
});
