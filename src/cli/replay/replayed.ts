import type { Pipeline } from '../../processing/graph/pipeline.ts';
import { nodeNamed, refusesEntry } from '../../processing/graph/replay.ts';
import { countOf } from '../terminal/figures.ts';
import { printable } from '../terminal/printable.ts';
import type { LetterCount, NodeLetters } from './letter-count.ts';

/** Letters that do not go back in, and why. */
export interface LeftLetters extends NodeLetters {
  readonly why: string;
}

/** What is to be done with dead letters. */
export interface Sorted {
  readonly letters: number;
  /** Those that go back in, by the nodes that refused them. */
  readonly replayed: readonly NodeLetters[];
  readonly left: readonly LeftLetters[];
}

/**
 * Which letters go back into a pipeline, and which cannot.
 *
 * @throws MillraceError `ERR_OPTIONS` for a node that the pipeline does not have, with the nearest name.
 */
export function sortLetters(pipeline: Pipeline, { letters, nodes }: LetterCount): Sorted {
  const judged = nodes.map((one) => ({ ...one, why: refusesEntry(nodeNamed(pipeline, one.node)) }));
  return {
    letters,
    replayed: judged.flatMap(({ why, ...one }) => (why === undefined ? [one] : [])),
    left: judged.filter((one): one is LeftLetters => one.why !== undefined),
  };
}

/** The same for people: a line for each node. */
export function sortedText({ replayed, left }: Sorted): string {
  return [
    ...replayed.map(({ node, letters }) => `${countOf(letters, 'dead letter')} into "${printable(node)}"`),
    ...left.map(leftText),
  ].join('\n');
}

function leftText({ node, letters, places, why }: LeftLetters): string {
  const more = letters - places.length;
  const where = `${places.map(printable).join(', ')}${more > 0 ? ` and ${countOf(more, 'more')}` : ''}`;
  return `${countOf(letters, 'dead letter')} of "${printable(node)}" cannot go back, as ${why}\n  ${where}`;
}
