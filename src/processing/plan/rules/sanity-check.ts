import { MillraceError } from '../../../core/errors.ts';
import { type Plan, stageVertices } from '../plan.ts';
import type { Rule } from './rule.ts';

/** Proves that the rules before it lost nothing. */
export const sanityCheck: Rule = {
  name: 'sanity-check',
  reason: 'A planner that drops a node drops records.',
  apply(plan) {
    checkNodes(plan);
    checkEdges(plan);
    return plan;
  },
};

function checkNodes({ graph, stages }: Plan): void {
  const planned = stages.flatMap(stageVertices);
  if (planned.length !== graph.vertices.length || new Set(planned).size !== planned.length) {
    throw broken(`${planned.length} nodes are planned, ${graph.vertices.length} are in the graph`);
  }
}

function checkEdges({ graph, stages, edges }: Plan): void {
  const place = new Map(
    stages.flatMap((stage) => stageVertices(stage).map((vertex) => [vertex, stage] as const)),
  );
  for (const edge of graph.vertices.flatMap((vertex) => vertex.inputs)) {
    const carried = edges.find((candidate) => candidate.edge === edge);
    const from = place.get(edge.from)!;
    const to = place.get(edge.to)!;
    if (carried === undefined) {
      const nodes = stageVertices(from);
      if (from !== to || nodes.indexOf(edge.to) !== nodes.indexOf(edge.from) + 1) {
        throw broken(`no edge carries "${edge.from.name}" to "${edge.to.name}"`);
      }
    } else if (carried.from !== from.id || carried.to !== to.id || carried.capacity < 1) {
      throw broken(`the edge from "${edge.from.name}" to "${edge.to.name}" is misplaced or has no capacity`);
    }
  }
}

function broken(found: string): MillraceError {
  return new MillraceError('ERR_INTERNAL', `Cannot plan the pipeline: ${found}`, {
    hint: 'This is a bug in millrace: please report it with the output of describe().',
  });
}
