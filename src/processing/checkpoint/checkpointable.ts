import { MillraceError } from '../../core/errors.ts';
import type { Graph } from '../graph/graph.ts';
import { findDeadlocks } from '../plan/deadlocks.ts';

/**
 * Refuses a graph of which there can be no checkpoints.
 *
 * @throws MillraceError `ERR_CHECKPOINT` that names what stands in the way.
 */
export function checkCheckpointable(pipeline: string, graph: Graph): void {
  const problems = findDeadlocks(graph, true);
  if (problems.length === 0) return;
  throw new MillraceError(
    'ERR_CHECKPOINT',
    `Cannot make checkpoints of "${pipeline}": ${problems.join('; ')}`,
    {
      details: { problems },
    },
  );
}
