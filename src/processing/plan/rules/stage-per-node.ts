import type { Vertex } from '../../graph/graph.ts';
import type { Stage } from '../plan.ts';
import type { Rule } from './rule.ts';

/** Begins with one stage for each node: right, and as slow as it gets. */
export const stagePerNode: Rule = {
  name: 'stage-per-node',
  reason: 'Each node can run alone; the rules that follow only join what may run together.',
  apply: ({ graph }) => ({
    graph,
    stages: graph.vertices.map(stageOf),
    edges: graph.vertices.flatMap((vertex) =>
      vertex.inputs.map((edge) => ({ from: edge.from.index + 1, to: edge.to.index + 1, edge, capacity: 0 })),
    ),
  }),
};

function stageOf(vertex: Vertex): Stage {
  const base = { id: vertex.index + 1, fused: [], reasons: [] };
  const { node } = vertex;
  switch (node.kind) {
    case 'reader':
      return { ...base, head: 'read', vertex };
    case 'sink':
      return { ...base, head: 'write', vertex };
    case 'split':
      return { ...base, head: 'receive', split: vertex };
    case 'letters':
      return { ...base, head: 'merge', vertex };
    case 'merge':
    case 'concat':
    case 'zip':
    case 'merge-sorted':
      return { ...base, head: node.kind, vertex };
    case 'operator':
      if (node.operator.kind === 'sync') return { ...base, head: 'receive', fused: [vertex] };
      if (node.operator.kind === 'duplex') return { ...base, head: 'duplex', vertex };
      return { ...base, head: 'async', vertex, async: node.operator.async };
  }
}
