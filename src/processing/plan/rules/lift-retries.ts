import type { Vertex } from '../../graph/graph.ts';
import type { Stage } from '../plan.ts';
import type { Rule } from './rule.ts';

const ONE_AT_A_TIME = Object.freeze({ concurrency: 1, ordered: true });

/** Runs a synchronous operator in the asynchronous stage when its own policies retry. */
export const liftRetries: Rule = {
  name: 'lift-retries',
  reason: 'A retry waits for its backoff, and fused operators never wait.',
  apply: (plan) => ({ ...plan, stages: plan.stages.map(lift) }),
};

function lift(stage: Stage): Stage {
  const [vertex] = stage.fused;
  if (stage.head !== 'receive' || vertex === undefined || !retries(vertex)) return stage;
  return {
    id: stage.id,
    head: 'async',
    vertex,
    async: ONE_AT_A_TIME,
    fused: [],
    reasons: [`${vertex.name} runs one record at a time, not fused: its retries wait`],
  };
}

/** Whether the operator itself asks for retries; the pipeline's default does not lift everything. */
function retries({ node, policies }: Vertex): boolean {
  return (
    node.kind === 'operator' &&
    node.operator.onError !== undefined &&
    policies.some((policy) => policy.kind === 'retry')
  );
}
