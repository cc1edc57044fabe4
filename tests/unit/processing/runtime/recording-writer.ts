import type { OnError } from '../../../../src/interfaces/policy.ts';
import type { Sink, WriteContext, Writer } from '../../../../src/interfaces/writer.ts';

/** What a test puts in the place of a sink's or a writer's own ways. */
export interface Ways<T> {
  readonly name?: string;
  readonly target?: string;
  readonly onError?: OnError;
  readonly open?: (context: WriteContext) => Promise<void>;
  /** Before the batch is recorded. */
  readonly write?: (records: readonly T[]) => void | Promise<void>;
  readonly close?: () => Promise<void>;
  readonly abort?: (cause: unknown) => Promise<void>;
}

export interface RecordingWriter<T> extends Writer<T> {
  /** What was written, batch by batch. */
  readonly batches: readonly (readonly T[])[];
  readonly records: readonly T[];
  /** What the engine called, in order: `open`, `write`, `close`, `abort`. */
  readonly calls: readonly string[];
  /** What it was aborted with. */
  readonly cause: unknown;
}

/** A writer that records what the engine does with it. */
export function recording<T = unknown>(ways: Ways<T> = {}): RecordingWriter<T> {
  const { name = 'recording', target, onError } = ways;
  const batches: (readonly T[])[] = [];
  const calls: string[] = [];
  let given: unknown;
  const sink: Sink<T> = {
    write({ records }) {
      calls.push('write');
      const pending = ways.write?.(records);
      if (pending === undefined) {
        batches.push(records);
        return;
      }
      return pending.then(() => {
        batches.push(records);
      });
    },
    async close() {
      calls.push('close');
      await ways.close?.();
    },
    async abort(cause) {
      calls.push('abort');
      given = cause;
      await ways.abort?.(cause);
    },
  };
  return {
    name,
    label: name,
    traits: { commit: 'none' },
    ...(target === undefined ? {} : { target }),
    ...(onError === undefined ? {} : { onError }),
    batches,
    calls,
    get records() {
      return batches.flat();
    },
    get cause() {
      return given;
    },
    async open(context) {
      calls.push('open');
      await ways.open?.(context);
      return sink;
    },
  };
}

/** A promise that a test settles when it is time. */
export function gate(): { readonly opened: Promise<void>; open(): void; fail(error: unknown): void } {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  return { opened: promise, open: () => resolve(), fail: reject };
}

export const never = new Promise<never>(() => {});
