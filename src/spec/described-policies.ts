import type { GraphDescription, NodeDescription, PolicyDescription } from '../processing/graph/describe.ts';

/** The default of a pipeline for failures, as a file says it: what nodes have that say nothing themselves. */
export function defaultPolicies(description: GraphDescription): readonly unknown[] | undefined {
  const node = description.nodes.find((one) => one.onError !== undefined && !saysItself(one));
  return node?.onError?.map((policy) => policyData(policy, node, description));
}

function saysItself({ options }: NodeDescription): boolean {
  return typeof options === 'object' && options !== null && 'onError' in options;
}

function policyData(
  { policy, ...options }: PolicyDescription,
  { name }: NodeDescription,
  { edges, nodes }: GraphDescription,
): unknown {
  if (policy !== 'dead-letter') return { [policy]: options };
  const letters = edges.find(({ from, port }) => from === name && port === 'letters')!.to;
  const target = nodes.find((node) => node.name === letters)!.options as {
    readonly sink?: string;
    readonly flow?: string;
  };
  return { deadLetter: { to: target.sink ?? target.flow, ...options } };
}
