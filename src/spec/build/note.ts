import { Flow } from '../../processing/graph/flow.ts';
import { noteNode, PORT, type Written } from '../../processing/graph/node.ts';
import { placeOf, type Span } from '../source/source-text.ts';

/** The same flow, its node telling where in the file it is written, and what it was made of. */
export function noted(flow: Flow<unknown>, at: Span, written?: Written): Flow<unknown> {
  const { node, port } = flow[PORT];
  return new Flow({ node: noteNode(node, shownPlace(at), written), port }, Flow.toolkit(flow));
}

/** A place as descriptions show it: `orders.yaml:12`. */
export function shownPlace(at: Span): string {
  return `${at.source.shown}:${placeOf(at).line}`;
}
