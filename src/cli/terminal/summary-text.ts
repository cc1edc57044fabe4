import { formatDuration } from '../../core/duration.ts';
import { formatSize } from '../../core/size.ts';
import type { Balance, NodeMetrics, Summary } from '../../interfaces/run.ts';
import { countOf, formatCount } from './figures.ts';
import type { Paint } from './style.ts';
import { type Column, table } from './table.ts';

const NAME_WIDTH = 32;

/** Counts that many runs have none of: a column is left out when it is empty. */
const OPTIONAL = [
  ['filtered', 'filtered'],
  ['skipped', 'skipped'],
  ['deadLettered', 'dead-lettered'],
  ['replaced', 'replaced'],
  ['aggregated', 'aggregated'],
  ['created', 'created'],
  ['discarded', 'discarded'],
  ['held', 'held'],
  ['overflowed', 'overflowed'],
  ['retried', 'retried'],
] as const satisfies readonly (readonly [keyof NodeMetrics, string])[];

/** The summary of a run for people: a headline, a row for each node, the balance. */
export function summaryText(summary: Summary, paint: Paint): string {
  const { pipeline, state, durationMs, balance, nodes } = summary;
  const [titles, ...rows] = table(columnsFor(nodes), nodes);
  const headline = `${pipeline} ${state} in ${formatDuration(durationMs)}: ${countOf(balance.read, 'record')} read, ${formatCount(balance.written)} written`;
  return [
    paint(state === 'done' ? 'good' : 'warning', headline),
    paint('faint', titles!),
    ...rows,
    balanceText(balance),
  ].join('\n');
}

/** The balance in one line: `balance: 5 read + 0 created = 3 written + 2 filtered: closed`. */
export function balanceText(balance: Balance): string {
  const {
    read,
    created,
    written,
    filtered,
    skipped,
    deadLettered,
    aggregated,
    discarded,
    held = 0,
  } = balance;
  const gone = Object.entries({
    filtered,
    skipped,
    'dead-lettered': deadLettered,
    aggregated,
    discarded,
    held,
  }).filter(([, count]) => count > 0);
  const right = [['written', written] as const, ...gone].map(
    ([name, count]) => `${formatCount(count)} ${name}`,
  );
  const verdict = balance.closed ? 'closed' : `open (${balance.gaps.join('; ')})`;
  return `balance: ${formatCount(read)} read + ${formatCount(created)} created = ${right.join(' + ')}: ${verdict}`;
}

function columnsFor(nodes: readonly NodeMetrics[]): Column<NodeMetrics>[] {
  const count = (key: keyof NodeMetrics, title: string): Column<NodeMetrics> => ({
    title,
    align: 'right',
    cell: (node) => formatCount((node[key] ?? 0) as number),
  });
  return [
    { title: 'node', align: 'left', cell: ({ name }) => shorten(name) },
    count('in', 'in'),
    count('out', 'out'),
    ...OPTIONAL.filter(([key]) => nodes.some((node) => (node[key] ?? 0) > 0)).map(([key, title]) =>
      count(key, title),
    ),
    { title: 'bytes', align: 'right', cell: bytes },
    { title: 'busy', align: 'right', cell: ({ busyMs }) => formatDuration(busyMs) },
    { title: 'held back', align: 'right', cell: ({ heldBackMs }) => formatDuration(heldBackMs) },
  ];
}

function bytes({ bytesIn, bytesOut }: NodeMetrics): string {
  return bytesIn + bytesOut === 0 ? '-' : formatSize(bytesIn + bytesOut);
}

function shorten(name: string): string {
  const characters = [...name];
  return characters.length <= NAME_WIDTH ? name : `${characters.slice(0, NAME_WIDTH - 1).join('')}…`;
}
