import { Flow } from '../../processing/graph/flow.ts';
import { type GraphNode, PORT } from '../../processing/graph/node.ts';
import type { BuildContext, OwnFlow } from '../build-context.ts';
import { flowEntry } from '../file-model.ts';
import type { Located } from '../source/located.ts';
import { named } from './node-name.ts';
import { policiesOf } from './policies.ts';
import { sourceFlow } from './sources.ts';
import { applied, stepsOf } from './steps.ts';

/**
 * A flow that is written in the place of an option: `{ read: { csv: countries.csv }, pipe: [ … ] }`. It is a graph of
 * its own, which runs when it is read; `undefined` where it cannot be made, which is a problem.
 */
export async function ownFlow(node: Located, context: BuildContext): Promise<OwnFlow | undefined> {
  const { problems } = context;
  const inner: BuildContext = {
    ...context,
    letters: (_, span) =>
      problems.add(
        span,
        'dead letters cannot leave a flow that is written in place',
        'Let its records fail, or be skipped.',
      ),
    policies: (one) => policiesOf(one, inner),
  };
  const before = problems.count;
  const {
    source,
    steps: items,
    as,
  } = flowEntry({ key: node.span, value: node }, 'a flow that is written in place', problems);
  const steps = await stepsOf(items, inner);
  if (source === undefined) return undefined;
  const [kind, { key }] = source;
  if (kind !== 'read') {
    return problems.add(
      key,
      `a flow that is written in place reads for itself, and cannot come from "${kind}"`,
      'Write e.g. { read: { csv: countries.csv }, pipe: [ … ] }.',
    );
  }
  const start = await sourceFlow(source, async () => undefined, inner);
  const first = start && named(start, as, inner);
  const built = first && applied(steps, first);
  if (built !== undefined && !(built instanceof Flow)) {
    return problems.add(node.span, 'a flow that is written in place has one output');
  }
  if (built === undefined || problems.count > before) return undefined;
  return { flow: built, data: writtenFlow(built[PORT].node) };
}

/** What a chain of nodes was made of, as a file says it. */
function writtenFlow(last: GraphNode): unknown {
  const chain: GraphNode[] = [];
  for (let node: GraphNode | undefined = last; node !== undefined; node = node.inputs[0]?.node)
    chain.unshift(node);
  const [reader, ...steps] = chain.map((node) => ({
    [node.written!.component]: node.written!.options,
    ...(node.name !== undefined && node.kind !== 'reader' && { as: node.name }),
  }));
  return {
    read: reader,
    ...(chain[0]!.name !== undefined && { as: chain[0]!.name }),
    ...(steps.length > 0 && { pipe: steps }),
  };
}
