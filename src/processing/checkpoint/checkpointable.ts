import { MillraceError } from '../../core/errors.ts';
import type { Graph } from '../graph/graph.ts';
import { type Guarantee, guaranteesOf } from './guarantees.ts';

/**
 * Refuses a graph of which there can be no checkpoints, or that promises less than `required`.
 *
 * @throws MillraceError `ERR_CHECKPOINT` that names what stands in the way.
 */
export function checkCheckpointable(pipeline: string, graph: Graph, required?: Guarantee): void {
  const { problems, sinks } = guaranteesOf(graph);
  if (problems.length > 0) {
    throw new MillraceError(
      'ERR_CHECKPOINT',
      `Cannot make checkpoints of "${pipeline}": ${problems.join('; ')}`,
      {
        hint: 'Let operators tell what they remember (defineOperator: remembers, snapshot, restore), declare rx() and through() stateless, give from() a position.',
        details: { problems },
      },
    );
  }
  const less = required === 'exactly once' ? sinks.filter(({ killed }) => killed !== required) : [];
  if (less.length === 0) return;
  const why = less.flatMap(({ loweredBy }) => loweredBy);
  throw new MillraceError(
    'ERR_CHECKPOINT',
    `Cannot promise that "${pipeline}" writes each record exactly once: ${why.join('; ')}`,
    { hint: 'Write to what can be gone on with, or ask for less.', details: { problems: why } },
  );
}
