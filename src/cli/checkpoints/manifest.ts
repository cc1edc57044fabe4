import { z } from 'zod';
import type { Checkpoint } from '../../interfaces/checkpoint.ts';
import type { RunManifest } from '../../processing/checkpoint/run-manifest.ts';

const names = z.array(z.string());
const Counters = z.looseObject({
  in: z.number(),
  out: z.number(),
  skipped: z.number(),
  deadLettered: z.number(),
  discarded: z.number(),
  bytesIn: z.number(),
  bytesExpected: z.number().optional(),
});

/** What is shown of a manifest; a later millrace may write more. */
const Manifest = z.looseObject({
  graph: z.looseObject({
    nodes: z.array(z.looseObject({ name: z.string(), kind: z.string(), label: z.string() })),
  }),
  nodes: z.array(z.tuple([z.string(), z.looseObject({ counters: Counters })])),
  over: names,
  files: names.optional(),
  prints: z.array(z.tuple([z.string(), z.number(), z.number()])).optional(),
  runs: z.number(),
  started: z.string(),
  elapsedMs: z.number(),
  summary: z.looseObject({ balance: z.looseObject({ read: z.number(), gaps: names }) }).optional(),
  withheld: names.optional(),
});

/** What a checkpoint says of its run; `undefined` where it is nothing that this millrace knows. */
export function manifestOf({ manifest }: Pick<Checkpoint, 'manifest'>): RunManifest | undefined {
  return Manifest.safeParse(manifest).success ? (manifest as RunManifest) : undefined;
}
