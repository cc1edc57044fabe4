import { Duplex, PassThrough, Readable, Transform } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type {
  DuplexContext,
  DuplexLogic,
  DuplexOperator,
  Operator,
} from '../../../../src/interfaces/operator.ts';
import { through } from '../../../../src/processing/operators/through.ts';

class Downstream {
  readonly records: unknown[] = [];
  readonly failures: unknown[] = [];
  completed = 0;
  /** Set to hold `emit` back. */
  gate: Promise<void> | undefined;

  run<A, B>(operator: Operator<A, B>): DuplexLogic<A> {
    return (operator as DuplexOperator<A, B>).create({
      node: 'through',
      emit: async (records: readonly B[]) => {
        this.records.push(...records);
        await this.gate;
      },
      complete: () => this.completed++,
      fail: (error: unknown) => this.failures.push(error),
    } as unknown as DuplexContext<B>);
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await turn();
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const wrong = expect.objectContaining({ code: 'ERR_OPTIONS' });

describe('a Node stream', () => {
  test('gets the records one by one and gives its own', async () => {
    const downstream = new Downstream();
    const seen: unknown[] = [];
    const double = () =>
      new Transform({
        objectMode: true,
        transform(record, _encoding, done) {
          seen.push(record);
          this.push(record);
          done(null, record * 2);
        },
      });
    const logic = downstream.run<number, number>(through(double));
    await logic.write([1, 2]);
    await logic.write([3]);
    await logic.end();
    expect(seen).toEqual([1, 2, 3]);
    expect(downstream.records).toEqual([1, 2, 2, 4, 3, 6]);
    expect([downstream.completed, downstream.failures]).toEqual([0, []]);
  });

  test('may be one of bytes: gzip and back', async () => {
    const zipped = new Downstream();
    const zip = zipped.run<string, Buffer>(through(() => createGzip()));
    await zip.write(['to be ', 'or not']);
    await zip.end();
    const plain = new Downstream();
    const unzip = plain.run<Buffer, Buffer>(through(() => createGunzip()));
    await unzip.write(zipped.records as Buffer[]);
    await unzip.end();
    expect(Buffer.concat(plain.records as Buffer[]).toString()).toBe('to be or not');
  });

  test('pain P1: that is full holds the input back until it drains', async () => {
    const downstream = new Downstream();
    const taken: (() => void)[] = [];
    const slow = new Transform({
      objectMode: true,
      highWaterMark: 2,
      transform(record, _encoding, done) {
        taken.push(() => done(null, record));
      },
    });
    const logic = downstream.run<number, number>(through(slow));
    let written = false;
    const write = Promise.resolve(logic.write(numbers(10))).then(() => {
      written = true;
    });
    await turns(3);
    expect(written).toBe(false);
    expect(slow.writableLength).toBeLessThanOrEqual(2);
    while (!written) {
      taken.shift()?.();
      await turn();
    }
    await write;
    const end = logic.end();
    while (taken.length > 0) {
      taken.shift()!();
      await turn();
    }
    await end;
    expect(downstream.records).toEqual(numbers(10));
  });

  test('pain P1: is not read while downstream is full', async () => {
    const downstream = new Downstream();
    const gate = Promise.withResolvers<void>();
    downstream.gate = gate.promise;
    const stream = new PassThrough({ objectMode: true, highWaterMark: 4 });
    const logic = downstream.run<number, number>(through(stream));
    const write = logic.write(numbers(100));
    await turns(5);
    expect(downstream.records.length).toBeLessThanOrEqual(8);
    expect(stream.readableLength).toBeLessThanOrEqual(8);
    gate.resolve();
    await write;
    await logic.end();
    expect(downstream.records).toEqual(numbers(100));
  });

  test('pain P19: that closes without ending fails the run', async () => {
    const downstream = new Downstream();
    const stream = new PassThrough({ objectMode: true });
    const logic = downstream.run<number, number>(through(stream));
    await logic.write([1]);
    stream.destroy();
    await turns(2);
    expect(downstream.failures).toMatchObject([{ code: 'ERR_CLOSED_EARLY' }]);
    expect(downstream.completed).toBe(0);
  });

  test('pain P18: that breaks fails the run with its own error, not with the closing that follows', async () => {
    const downstream = new Downstream();
    const stream = new PassThrough({ objectMode: true });
    const cause = new Error('broken');
    downstream.run<number, number>(through(stream));
    stream.destroy(cause);
    await turns(2);
    expect(downstream.failures).toMatchObject([{ code: 'ERR_CALLBACK', cause }]);
  });

  test('that breaks lets a write that waits for room go', async () => {
    const downstream = new Downstream();
    const stream = new Transform({ objectMode: true, highWaterMark: 1, transform() {} });
    const logic = downstream.run<number, number>(through(stream));
    const write = logic.write(numbers(5));
    await turn();
    stream.destroy(new Error('broken'));
    await write;
    expect(downstream.failures).toHaveLength(1);
  });

  test('that ends before its input ends the branch, and is closed', async () => {
    const downstream = new Downstream();
    const first = new Transform({
      objectMode: true,
      transform(record, _encoding, done) {
        this.push(record);
        this.push(null);
        done();
      },
    });
    const logic = downstream.run<number, number>(through(first));
    await logic.write([1]);
    await turns(3);
    expect(downstream).toMatchObject({ records: [1], completed: 1, failures: [] });
    await logic.write([2, 3]);
    expect(first.destroyed).toBe(true);
    expect(downstream.failures).toEqual([]);
  });

  test('is destroyed when the run stops, and a waiting end is let go', async () => {
    const downstream = new Downstream();
    const stream = new Transform({ objectMode: true, transform() {} });
    const logic = downstream.run<number, number>(through(stream));
    await logic.write([1]);
    const end = logic.end();
    logic.abort(new Error('stop'));
    await end;
    await turn();
    expect(stream.destroyed).toBe(true);
    expect(downstream.failures).toEqual([]);
  });

  test('whose last step fails ends the run, not the branch', async () => {
    const downstream = new Downstream();
    const cause = new Error('cannot flush');
    const stream = new Transform({ objectMode: true, flush: (done) => done(cause), transform() {} });
    const logic = downstream.run<number, number>(through(stream));
    void logic.end();
    await turns(3);
    expect(downstream.failures).toMatchObject([{ cause }]);
    logic.abort(cause);
  });

  test('that is written to before its own output is read loses nothing', async () => {
    const downstream = new Downstream();
    const pair = Duplex.from(async function* (source: AsyncIterable<number>) {
      for await (const n of source) yield n * 10;
    });
    const logic = downstream.run<number, number>(through(pair));
    await logic.write([1, 2]);
    await logic.end();
    expect(downstream.records).toEqual([10, 20]);
  });
});

describe('a web transform', () => {
  test('gets the records one by one and gives its own', async () => {
    const downstream = new Downstream();
    const double = () =>
      new TransformStream<number, number>({ transform: (n, controller) => controller.enqueue(n * 2) });
    const logic = downstream.run(through(double));
    await logic.write([1, 2, 3]);
    await logic.end();
    expect(downstream.records).toEqual([2, 4, 6]);
    expect(downstream.failures).toEqual([]);
  });

  test('may be one of the platform, and text goes in as it is', async () => {
    const downstream = new Downstream();
    const logic = downstream.run<string, Uint8Array>(through(() => new TextEncoderStream()));
    await logic.write(['ä']);
    await logic.end();
    expect(downstream.records).toEqual([new TextEncoder().encode('ä')]);
  });

  test('that breaks fails the run with its own error', async () => {
    const downstream = new Downstream();
    const cause = new Error('broken');
    const broken = new TransformStream<number, number>({
      transform() {
        throw cause;
      },
    });
    const logic = downstream.run(through(broken));
    await logic.write([1]);
    await turns(3);
    expect(downstream.failures).toMatchObject([{ cause }]);
  });

  test('pain P1: is not read while downstream is full, and then gives all in order', async () => {
    const downstream = new Downstream();
    const gate = Promise.withResolvers<void>();
    downstream.gate = gate.promise;
    const logic = downstream.run(through(() => new TransformStream<number, number>()));
    const write = logic.write(numbers(5000));
    await turns(20);
    expect(downstream.records.length).toBeLessThanOrEqual(1024);
    gate.resolve();
    await write;
    await logic.end();
    expect(downstream.records).toEqual(numbers(5000));
  });

  test('of two unconnected ends fails the run when the writable one breaks', async () => {
    const downstream = new Downstream();
    const cause = new Error('no space');
    const pair = {
      writable: new WritableStream<number>({ write: () => Promise.reject(cause) }),
      readable: new ReadableStream<number>(),
    };
    const logic = downstream.run(through<number, number>(pair));
    await logic.write([1, 2, 3]);
    await turns(3);
    expect(downstream.failures).toMatchObject([{ cause }]);
  });

  test('is cancelled when the run stops, and a waiting end is let go', async () => {
    const downstream = new Downstream();
    const reasons: unknown[] = [];
    const pair = {
      writable: new WritableStream<number>({ abort: (reason) => void reasons.push(reason) }),
      readable: new ReadableStream<number>({ cancel: (reason) => void reasons.push(reason) }),
    };
    const logic = downstream.run(through<number, number>(pair));
    const end = logic.end();
    const cause = new Error('stop');
    logic.abort(cause);
    await end;
    await turn();
    expect(reasons).toContain(cause);
    expect(downstream.failures).toEqual([]);
  });

  test('that ends before its input ends the branch', async () => {
    const downstream = new Downstream();
    const first = new TransformStream<number, number>({
      transform(n, controller) {
        controller.enqueue(n);
        controller.terminate();
      },
    });
    const logic = downstream.run(through(first));
    await logic.write([1]);
    await turns(5);
    expect(downstream.records).toEqual([1]);
    await logic.write([2]);
    await turns(2);
    expect(downstream).toMatchObject({ records: [1], completed: 1, failures: [] });
  });
});

describe('a stream that is given, not made', () => {
  test('serves one run, and says so at the second', async () => {
    const operator = through<number, number>(new PassThrough({ objectMode: true }));
    const downstream = new Downstream();
    const logic = downstream.run(operator);
    expect(() => new Downstream().run(operator)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', hint: expect.stringContaining('function') }),
    );
    await logic.end();
  });

  test('does not serve two operators either', async () => {
    const stream = new PassThrough({ objectMode: true });
    const logic = new Downstream().run(through(stream));
    expect(() => new Downstream().run(through(stream))).toThrow(wrong);
    await logic.end();
  });
});

test.each([undefined, null, 'gzip', {}, Readable.from([]), new WritableStream()])('refuses %s', (stream) => {
  expect(() => through(stream as never)).toThrow(wrong);
  expect(() => new Downstream().run(through(() => stream as never))).toThrow(wrong);
});
