import { expect } from 'vitest';
import type { WriteContext, Writer } from '../../../../src/interfaces/writer.ts';

/** What outlives a run: as a file does, with what was written behind the last checkpoint. */
export interface Disk<T> {
  records: T[];
  published: boolean;
  /** What the engine asked of the sinks, in order. */
  readonly calls: string[];
}

export function disk<T>(): Disk<T> {
  return { records: [], published: false, calls: [] };
}

/** What a test puts in the place of a sink's own ways. */
export interface DurableWays {
  readonly prepare?: (checkpoint: number) => void | Promise<void>;
  readonly commit?: (checkpoint: number) => void | Promise<void>;
  readonly close?: () => void | Promise<void>;
  readonly open?: (context: WriteContext) => void;
}

/** A writer of a disk: cuts it to what a checkpoint has, and writes on. */
export function durable<T>(
  on: Disk<T>,
  ways: DurableWays = {},
): Writer<T> & { readonly records: readonly T[] } {
  const { calls } = on;
  return {
    name: 'durable',
    label: 'durable',
    traits: { commit: 'truncate' },
    get records() {
      return on.records;
    },
    async open(context) {
      const { from } = context;
      ways.open?.(context);
      calls.push(`open ${from ?? 'new'}`);
      if (!on.published) on.records = on.records.slice(0, (from as number | undefined) ?? 0);
      return {
        write({ records }) {
          expect(on.published).toBe(false);
          on.records.push(...records);
        },
        async prepare(checkpoint) {
          await new Promise((resolve) => setImmediate(resolve));
          await ways.prepare?.(checkpoint);
          calls.push(`prepare ${checkpoint}`);
          return on.records.length;
        },
        async commit(checkpoint) {
          await ways.commit?.(checkpoint);
          calls.push(`commit ${checkpoint}`);
        },
        async suspend() {
          calls.push('suspend');
        },
        async close() {
          await ways.close?.();
          calls.push('close');
          on.published = true;
        },
        async abort() {
          calls.push('abort');
        },
      };
    },
  };
}
