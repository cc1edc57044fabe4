import { Flow } from '../../processing/graph/flow.ts';
import { noteNode, PORT, type Written } from '../../processing/graph/node.ts';
import type { BuildContext } from '../build-context.ts';
import { placeOf, type Span } from '../source/source-text.ts';

/** The same flow, its node telling where in the file it is written, and what it was made of. */
export function noted(flow: Flow<unknown>, at: Span, written?: Written): Flow<unknown> {
  const { node, port } = flow[PORT];
  return new Flow({ node: noteNode(node, shownPlace(at), written), port }, Flow.toolkit(flow));
}

/** What a node was made of, with the values of the parameters that its expressions use; not those that are secret. */
export function writtenOf(component: string, options: unknown, { params }: BuildContext): Written {
  const named = [...(JSON.stringify(options) ?? '').matchAll(/\bparams\.([A-Za-z_]\w*)/g)].map(
    ([, name]) => name!,
  );
  const used = [...new Set(named)].filter((name) => params.has(name));
  if (used.length === 0) return { component, options };
  const shown = used.map((name) => {
    const { value, secret } = params.get(name)!;
    return [name, secret ? { secret } : { value }] as const;
  });
  return { component, options, params: Object.fromEntries(shown) };
}

/** A place as descriptions show it: `orders.yaml:12`. */
export function shownPlace(at: Span): string {
  return `${at.source.shown}:${placeOf(at).line}`;
}
