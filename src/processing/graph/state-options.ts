import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { parseOptions } from '../../core/options.ts';
import { size } from '../../core/size.ts';
import type { RunOptions } from '../../interfaces/run.ts';
import type { Plan } from '../plan/plan.ts';
import { DEFAULT_MEMORY } from '../runtime/spill/memory-budget.ts';

/** With less, not even a few blocks of what was spilled could be read at a time. */
const LEAST = 64 * 1024;

const memory = z.union([z.number(), z.string()]).transform((value, context) => {
  try {
    const bytes = size(value);
    if (bytes >= LEAST) return bytes;
    context.addIssue({ code: 'custom', message: `expected at least ${LEAST} bytes` });
  } catch {
    context.addIssue({ code: 'custom', message: 'expected a size such as 67108864 or "64 MiB"' });
  }
  return z.NEVER;
});

const spill = z
  .union([z.literal(false), z.strictObject({ folder: z.string().min(1).optional() })])
  .transform((value) => (value === false ? value : resolve(value.folder ?? tmpdir())));

/** What a run may keep state in: options of pipelines and of runs. */
export const stateOptions = z.strictObject({
  memory: memory.optional().describe('Memory that stateful operators share'),
  spill: spill.optional().describe('Where state goes that has no room in memory'),
});

/** What holds for a run: its own options before those of its pipeline. */
export function stateLimits(
  { state = {} }: Pick<Plan, 'state'>,
  options: RunOptions,
): { readonly memory: number; readonly spill: string | false } {
  const own = parseOptions(stateOptions, { memory: options.memory, spill: options.spill }, 'the run');
  return {
    memory: own.memory ?? state.memory ?? DEFAULT_MEMORY,
    spill: own.spill ?? state.spill ?? tmpdir(),
  };
}
