import { expect } from 'vitest';
import type { RunOptions } from '../../../../src/interfaces/run.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import type { Flow } from '../../../../src/processing/graph/flow.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { run } from '../../../../src/start.ts';

/** Runs a flow to its end, with these options unless there are others: what it gives, and what was held of it. */
export function joinedBy(options: RunOptions) {
  return async <B>(flow: Flow<B>, how = options) => {
    const out = toArray<B>();
    const summary = await run(pipeline('x', flow.to(out)), how);
    expect(summary.balance.closed).toBe(true);
    return { records: out.records, held: summary.held! };
  };
}
