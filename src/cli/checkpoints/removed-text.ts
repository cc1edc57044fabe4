import { countOf } from '../terminal/figures.ts';
import { printable } from '../terminal/printable.ts';
import type { Removed } from './removal.ts';

/** Numbers that are named one by one. */
const MOST = 20;

/** What was removed and what is left, for people. */
export function removedText(pipeline: string, store: string, { removed, kept, spared }: Removed): string {
  const whose = `of ${printable(pipeline)} in ${printable(store)}`;
  const done = removed.length === 0 ? `nothing to remove ${whose}` : `removed ${numbers(removed)} ${whose}`;
  const left = kept.length === 0 ? '' : `; left: ${numbers(kept)}`;
  const why = spared === undefined ? '' : `, of which ${spared} is the newest that is whole`;
  return `${done}${left}${why}`;
}

function numbers(ids: readonly number[]): string {
  return ids.length <= MOST
    ? `${ids.length === 1 ? 'checkpoint' : 'checkpoints'} ${ids.join(', ')}`
    : countOf(ids.length, 'checkpoint');
}
