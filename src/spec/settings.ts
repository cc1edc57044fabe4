import { z } from 'zod';
import { withRole } from '../core/option-role.ts';
import { stateOptions } from '../processing/graph/state-options.ts';

/** What holds for the whole of a file, and how it is run. */
export const settingsSchema = z.strictObject({
  onError: withRole(z.unknown().optional(), { role: 'policies' }).describe(
    'The default for all nodes that have no onError of their own',
  ),
  edgeCapacity: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe('Batches that wait on each edge at the most, 2 by default'),
  memory: stateOptions.shape.memory.describe('Memory that stateful operators share, "256 MiB" by default'),
  spill: z
    .union([
      z.literal(false),
      z.strictObject({
        folder: withRole(z.string().min(1), { role: 'path' }).optional().describe('The folder'),
      }),
    ])
    .optional()
    .describe('Where state goes that has no room in memory, or false: nowhere'),
  checkpoint: z
    .strictObject({
      store: withRole(z.string().min(1), { role: 'path', also: 'stores' }).describe(
        'Where checkpoints are kept: a folder, sqlite:FILE, or postgres://user@host/database',
      ),
      every: z.union([z.number(), z.string()]).optional().describe('Time from one to the next, e.g. "10s"'),
      timeout: z.union([z.number(), z.string()]).optional().describe('How long one may take'),
      failures: z.int().min(1).optional().describe('So many in a row that come to nothing fail the run'),
      require: z
        .enum(['exactly once', 'at least once'])
        .optional()
        .describe('Refuses to run where less is promised'),
    })
    .optional()
    .describe('Makes checkpoints, and goes on from the newest'),
});

export const SETTINGS: readonly string[] = Object.keys(settingsSchema.shape);
