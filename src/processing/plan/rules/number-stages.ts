import type { Rule } from './rule.ts';

/** Numbers the stages that are left from 1. */
export const numberStages: Rule = {
  name: 'number-stages',
  reason: 'People read the numbers in explain() and in metrics.',
  apply(plan) {
    const numbers = new Map(plan.stages.map((stage, index) => [stage.id, index + 1]));
    return {
      graph: plan.graph,
      stages: plan.stages.map((stage) => ({ ...stage, id: numbers.get(stage.id)! })),
      edges: plan.edges.map((edge) => ({
        ...edge,
        from: numbers.get(edge.from)!,
        to: numbers.get(edge.to)!,
      })),
    };
  },
};
