import { batch, CountedOrigin } from '../../../../../src/core/batch.ts';
import { systemClock } from '../../../../../src/core/clock.ts';
import type { Sink, WriteContext, Writer } from '../../../../../src/interfaces/writer.ts';
import { MemoryFiles } from '../../../../../src/testing/memory-files.ts';

/** What the engine would hand to a writer. */
export function writeContext(given: Partial<WriteContext> = {}): WriteContext {
  return { signal: new AbortController().signal, clock: systemClock, wrote: () => {}, ...given };
}

/** What it would in a run with checkpoints. */
export function checkpointedContext(given: Partial<WriteContext> = {}): WriteContext {
  return writeContext({ checkpointed: true, files: new MemoryFiles(), run: {}, ...given });
}

export async function open<T>(writer: Writer<T>, context = writeContext()): Promise<Required<Sink<T>>> {
  return (await writer.open(context)) as Required<Sink<T>>;
}

/** Writes records as one batch, the first of which has this number. */
export async function write<T>(sink: Sink<T>, records: readonly T[], first = 1): Promise<void> {
  await sink.write(batch(records, new CountedOrigin('test', first)));
}

/** What a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('It did not fail');
    },
    (error: unknown) => error,
  );
}

/** The writer, which tells when a batch is taken. */
export function signalling<T>(target: Writer<T>, taken: () => void): Writer<T> {
  return {
    ...target,
    async open(context) {
      const sink = await target.open(context);
      const write = sink.write.bind(sink);
      sink.write = async (batch) => {
        await write(batch);
        taken();
      };
      return sink;
    },
  };
}
