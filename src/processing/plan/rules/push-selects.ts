import type { Plan, Stage } from '../plan.ts';
import type { Rule } from './rule.ts';

/** Lets a reader make only the fields that a `select` right behind it keeps. */
export const pushSelects: Rule = {
  name: 'push-selects',
  reason: 'The cheapest field is the one that is never made: a reader can pass over what nobody looks at.',
  apply: (plan: Plan) => ({ ...plan, stages: plan.stages.map(push) }),
};

function push(stage: Stage): Stage {
  const [first] = stage.fused;
  if (stage.vertex?.node.kind !== 'reader' || first?.node.kind !== 'operator') return stage;
  const { selects } = first.node.operator;
  if (selects === undefined) return stage;
  const reader = stage.vertex.node.reader.select?.(selects);
  if (reader === undefined) return stage;
  const reason = `${stage.vertex.name} makes only what ${first.name} keeps: ${selects.join(', ')}`;
  return { ...stage, narrowed: { reader, fields: selects }, reasons: [...stage.reasons, reason] };
}
