import { z } from 'zod';
import { duration } from '../../core/duration.ts';
import { parseOptions } from '../../core/options.ts';
import type { CheckpointStore } from '../../interfaces/checkpoint.ts';
import type { CheckpointOptions } from '../../interfaces/run.ts';
import { directoryStore } from './directory-store.ts';

/** Checked {@link CheckpointOptions}: durations in milliseconds. */
export interface CheckpointSettings {
  readonly store: CheckpointStore;
  readonly every: number;
  readonly timeout: number;
  readonly failures: number;
  readonly require?: 'exactly once' | 'at least once' | undefined;
  readonly fresh: boolean;
  readonly allowDroppedState: readonly string[];
  readonly takeOver: boolean;
}

const length = z.union([z.number(), z.string()]);
const store = z.union([
  z.string().min(1),
  z.custom<CheckpointStore>(
    (value) =>
      typeof value === 'object' && value !== null && typeof Reflect.get(value, 'open') === 'function',
    'expected a folder or a store',
  ),
]);

const schema = z.strictObject({
  store: store.describe('Where checkpoints are kept: a folder, or a store'),
  every: length.default('10s').describe('How long after one the next begins'),
  timeout: length.default('10m').describe('How long one may take'),
  failures: z.int().min(1).default(3).describe('So many in a row that come to nothing fail the run'),
  require: z
    .enum(['exactly once', 'at least once'])
    .optional()
    .describe('Refuses to run where less is promised'),
  fresh: z.boolean().default(false).describe('Begins anew, and removes the checkpoints that are there'),
  allowDroppedState: z.array(z.string()).readonly().default([]).describe('Nodes whose state may be lost'),
  takeOver: z.boolean().default(false).describe('Takes the store although its owner may be alive'),
});

/** @throws MillraceError `ERR_OPTIONS` that names what is wrong. */
export function checkpointSettings(given: CheckpointOptions): CheckpointSettings {
  const { store, every, timeout, ...rest } = parseOptions(schema, given, 'the checkpoints of the run');
  return {
    ...rest,
    store: typeof store === 'string' ? directoryStore(store) : store,
    every: duration(every, 'every of the checkpoints'),
    timeout: duration(timeout, 'timeout of the checkpoints'),
  };
}
