import { formatSize } from '../../core/size.ts';
import { formatCount } from '../terminal/figures.ts';
import { printable } from '../terminal/printable.ts';
import { readText } from '../terminal/read-text.ts';
import { type Column, table } from '../terminal/table.ts';
import type { Listed } from './listing.ts';

const COLUMNS: readonly Column<Listed>[] = [
  { title: 'id', align: 'right', cell: ({ id }) => String(id) },
  { title: 'taken', align: 'left', cell: ({ taken }) => taken },
  { title: 'size', align: 'right', cell: ({ bytes }) => formatSize(bytes) },
  {
    title: 'run',
    align: 'left',
    cell: ({ complete, problem }) => (problem === undefined ? complete! : 'unusable'),
  },
  { title: '', align: 'left', cell: detail },
];

/** The checkpoints of one pipeline, for people. */
export function listText(
  { pipeline, checkpoints }: { readonly pipeline: string; readonly checkpoints: readonly Listed[] },
  store: string,
): string {
  return [`${printable(pipeline)} in ${printable(store)}`, ...table(COLUMNS, checkpoints)].join('\n');
}

function detail({ problem, read, runs }: Listed): string {
  if (problem !== undefined) return printable(problem);
  const which = runs === undefined ? [] : [`run ${formatCount(runs)}`];
  return [...(read === undefined ? [] : [readText(read)]), ...which].join(', ');
}
