import { EventEmitter, once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { batch, CountedOrigin } from '../../../../src/core/batch.ts';
import { systemClock } from '../../../../src/core/clock.ts';
import { from } from '../../../../src/from.ts';
import { inputReader } from '../../../../src/io/memory/input-reader.ts';
import { nodeWritable } from '../../../../src/io/memory/node-writable.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { run } from '../../../../src/start.ts';
import { probeReader } from '../../../../src/testing/reader-probe.ts';

/** A stream of an old library, such as readable-stream 2: it never says that it has closed. */
class OldReadable extends EventEmitter {
  destroyed = false;
  readonly #records = [1, 2, 3];
  read(): number | null {
    return this.destroyed ? null : (this.#records.shift() ?? null);
  }
  pipe(): void {}
  override on(event: string, listener: (...args: unknown[]) => void): this {
    if (event === 'readable') setImmediate(() => this.emit('readable'));
    return super.on(event, listener);
  }
  destroy(): void {
    this.destroyed = true;
  }
}

async function first(input: unknown): Promise<readonly unknown[]> {
  const out = toArray<unknown>();
  await run(
    pipeline(
      'first',
      from(input as Iterable<unknown>)
        .pipe(take(1))
        .to(out),
    ),
  );
  return out.records;
}

describe('a run that leaves its source early', () => {
  test('does not wait for the close event of a stream that emits none', async () => {
    let n = 0;
    const silent = new Readable({
      objectMode: true,
      emitClose: false,
      read() {
        this.push(n++);
      },
    });
    expect(await first(silent)).toEqual([0]);
    expect(silent.destroyed).toBe(true);
  });

  test('does not wait for a stream of an old library, which never tells', async () => {
    const old = new OldReadable();
    expect(await first(old)).toEqual([1]);
    expect(old.destroyed).toBe(true);
  });

  test('can leave a stream that cannot be destroyed at all', async () => {
    const old = new OldReadable();
    Object.defineProperty(old, 'destroy', { value: undefined });
    expect(await first(old)).toEqual([1]);
  });

  test('waits for a stream that is still closing its handle', async () => {
    let release = () => {};
    const slow = new Readable({
      objectMode: true,
      read() {
        this.push(1);
      },
      destroy(_error, done) {
        release = () => done(null);
      },
    });
    const probe = probeReader(inputReader(slow));
    await probe.request(1);
    let closed = false;
    const closing = probe.close().then(() => {
      closed = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    release();
    await closing;
    expect(slow.closed).toBe(true);
  });

  test('hears what an iterator throws when it is left, synchronous or not', async () => {
    const broken = () => {
      throw new Error('the lock is gone');
    };
    function* numbers() {
      try {
        for (let n = 0; ; n++) yield n;
      } finally {
        broken();
      }
    }
    async function* numbersLater() {
      yield* numbers();
    }
    await expect(first(numbers())).rejects.toThrow('the lock is gone');
    await expect(first(numbersLater())).rejects.toThrow('the lock is gone');
  });

  test('takes an iterator whose return hands out no promise, as for await does', async () => {
    let returned = 0;
    const input = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: false, value: 1 }),
        return: () => ({ done: true, value: returned++ }),
      }),
    };
    expect(await first(input)).toEqual([1]);
    expect(returned).toBe(1);
  });
});

describe('a writer to a Node stream', () => {
  const context = { signal: new AbortController().signal, clock: systemClock, wrote: () => {} };
  const words = (...records: string[]) => batch(records, new CountedOrigin('words', 1));

  test('fails the batch whose last record failed, not the one after it', async () => {
    const stream = new Writable({
      write(_chunk, _encoding, done) {
        setImmediate(done, new Error('no paper'));
      },
    });
    const sink = await nodeWritable<string>(stream).open(context);
    await expect(sink.write(words('a'))).rejects.toThrow('no paper');
    await sink.abort(undefined);
  });

  test('does not wait for the close event of a stream that emits none', async () => {
    const stream = new Writable({ emitClose: false, write: (_chunk, _encoding, done) => done() });
    const sink = await nodeWritable<string>(stream).open(context);
    await sink.write(words('a'));
    await sink.abort(new Error('aborted'));
    expect(stream.destroyed).toBe(true);
  });

  test('leaves no listener on a stream that is not its own when closing fails', async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
    const sink = await nodeWritable<string>(stream, { end: false }).open(context);
    stream.destroy();
    await once(stream, 'close');
    await expect(sink.close()).rejects.toMatchObject({ code: 'ERR_CLOSED_EARLY' });
    expect(stream.eventNames()).toEqual([]);
  });
});
