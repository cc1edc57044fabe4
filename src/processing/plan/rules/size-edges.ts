import type { Rule } from './rule.ts';

/** Gives each edge its capacity. */
export function sizeEdges(capacity: number): Rule {
  return {
    name: 'size-edges',
    reason: 'Every edge is bounded: what is downstream holds back what is upstream, down to the disk.',
    apply: (plan) => ({ ...plan, edges: plan.edges.map((edge) => ({ ...edge, capacity })) }),
  };
}
