import type { Graph } from '../graph/graph.ts';
import { findDeadlocks } from './deadlocks.ts';
import type { Plan } from './plan.ts';
import { fuseOperators } from './rules/fuse-operators.ts';
import { liftRetries } from './rules/lift-retries.ts';
import { numberStages } from './rules/number-stages.ts';
import { pushSelects } from './rules/push-selects.ts';
import type { Rule } from './rules/rule.ts';
import { sanityCheck } from './rules/sanity-check.ts';
import { sizeEdges } from './rules/size-edges.ts';
import { stagePerNode } from './rules/stage-per-node.ts';

export interface Planned {
  readonly plan: Plan;
  /** What makes the graph unfit to run, in words. */
  readonly problems: readonly string[];
}

/** The rules in the order in which they apply. */
export function rules(edgeCapacity: number): readonly Rule[] {
  return [
    stagePerNode,
    liftRetries,
    fuseOperators,
    pushSelects,
    numberStages,
    sizeEdges(edgeCapacity),
    sanityCheck,
  ];
}

/** Lets each rule have its turn, from a plan without stages on. */
export function applyRules(graph: Graph, ordered: readonly Rule[]): Plan {
  let plan: Plan = { graph, stages: [], edges: [] };
  for (const rule of ordered) plan = rule.apply(plan);
  return Object.freeze(plan);
}

/** Cuts a graph into stages. Refuses, in `problems`, a graph whose stages can wait for one another for ever. */
export function planGraph(graph: Graph, edgeCapacity: number): Planned {
  return { plan: applyRules(graph, rules(edgeCapacity)), problems: findDeadlocks(graph) };
}
