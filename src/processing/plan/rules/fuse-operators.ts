import { lastVertex, type Plan, type Stage, type StageEdge } from '../plan.ts';
import type { Rule } from './rule.ts';

/** Joins synchronous operators and splits to the stage before them. */
export const fuseOperators: Rule = {
  name: 'fuse-operators',
  reason:
    'A function call costs nanoseconds, an edge microseconds: what runs synchronously runs in one turn.',
  apply(plan) {
    let current = plan;
    for (;;) {
      const next = fuseOne(current);
      if (next === undefined) return current;
      current = next;
    }
  },
};

function fuseOne(plan: Plan): Plan | undefined {
  for (const edge of plan.edges) {
    const from = plan.stages.find((stage) => stage.id === edge.from)!;
    const to = plan.stages.find((stage) => stage.id === edge.to)!;
    if (canFuse(plan, from, to, edge)) return fuse(plan, from, to, edge);
  }
  return undefined;
}

function canFuse(plan: Plan, from: Stage, to: Stage, { edge }: StageEdge): boolean {
  if (to.head !== 'receive' || from.split !== undefined || edge.port !== 'out') return false;
  const outputs = lastVertex(from).outputs.filter((output) => output.port === 'out');
  return outputs.length === 1 && plan.edges.filter((other) => other.to === to.id).length === 1;
}

function fuse(plan: Plan, from: Stage, to: Stage, joint: StageEdge): Plan {
  const joined: Stage = {
    ...from,
    fused: [...from.fused, ...to.fused],
    ...(to.split === undefined ? {} : { split: to.split }),
    reasons: [...from.reasons, ...to.reasons],
  };
  return {
    graph: plan.graph,
    stages: plan.stages.filter((stage) => stage !== to).map((stage) => (stage === from ? joined : stage)),
    edges: plan.edges
      .filter((edge) => edge !== joint)
      .map((edge) => (edge.from === to.id ? { ...edge, from: from.id } : edge)),
  };
}
