import { formatDuration } from '../../core/duration.ts';
import { formatSize } from '../../core/size.ts';
import type { Checkpoint } from '../../interfaces/checkpoint.ts';
import { readByThen, standingsOf } from '../../processing/checkpoint/manifest-reading.ts';
import type { RunManifest } from '../../processing/checkpoint/run-manifest.ts';
import type { NodeCounters } from '../../processing/runtime/counters.ts';
import { countOf, formatCount } from '../terminal/figures.ts';
import { printable } from '../terminal/printable.ts';
import { readText } from '../terminal/read-text.ts';
import { balanceText } from '../terminal/summary-text.ts';
import { type Column, table } from '../terminal/table.ts';
import { isoTime } from './listing.ts';
import { manifestOf } from './manifest.ts';
import { standingText } from './position-text.ts';

interface NodeRow {
  readonly name: string;
  readonly kind: string;
  readonly over: boolean;
  readonly counters: Readonly<NodeCounters> | undefined;
  /** Bytes of its state. */
  readonly state: number | undefined;
}

/** What is in a checkpoint, for people. */
export function showText(checkpoint: Checkpoint, bytes: number, store: string): string {
  const { id, time, pipeline, complete, format, millrace } = checkpoint;
  const manifest = manifestOf(checkpoint);
  const age = formatDuration(Math.max(0, Date.now() - time));
  return [
    `checkpoint ${id} of ${printable(pipeline)} in ${printable(store)}`,
    `  taken    ${isoTime(time)}, ${age} ago`,
    `  run      ${complete}${manifest === undefined ? '' : runText(manifest)}`,
    `  file     ${formatSize(bytes)}, format ${format}, by millrace ${printable(millrace)}`,
    ...(manifest === undefined
      ? ['  This millrace does not know what else is in it; --json shows it.']
      : manifestLines(checkpoint, manifest)),
  ].join('\n');
}

function runText({ runs, started, elapsedMs }: RunManifest): string {
  const which = runs === 1 ? 'in its first run' : `in run ${formatCount(runs)}`;
  return `, ${which}, begun ${printable(started)}, ${formatDuration(elapsedMs)} in all`;
}

function manifestLines(checkpoint: Checkpoint, manifest: RunManifest): string[] {
  const { summary, withheld = [], files = [] } = manifest;
  const readers = standingsOf(checkpoint, manifest);
  return [
    `  read     ${readText(readByThen(manifest))}`,
    ...readers.map((reader) => `           ${printable(reader.node)}: ${standingText(reader)}`),
    ...(files.length === 0 ? [] : [`  beside   ${filesText(files)}`]),
    '',
    ...nodeTable(checkpoint, manifest),
    ...(withheld.length === 0
      ? []
      : [
          `not kept, as too large or nothing that can be: the state of ${withheld.map(printable).join(', ')}`,
        ]),
    ...(summary === undefined ? [] : [balanceText(summary.balance)]),
  ];
}

/** Files that are named one by one. */
const MOST_FILES = 5;

function filesText(files: readonly string[]): string {
  const more = files.length > MOST_FILES ? ', …' : '';
  const names = files.slice(0, MOST_FILES).map(printable).join(', ');
  return `${countOf(files.length, 'file')}: ${names}${more}`;
}

function nodeTable({ states }: Checkpoint, { graph, nodes, over }: RunManifest): string[] {
  const counted = new Map(nodes);
  const rows = graph.nodes.map(
    ({ name, kind }): NodeRow => ({
      name: printable(name),
      kind: printable(kind),
      over: over.includes(name),
      counters: counted.get(name)?.counters,
      state: states.get(name)?.bytes,
    }),
  );
  const count = (
    key: 'in' | 'out' | 'skipped' | 'deadLettered' | 'discarded',
    title: string,
  ): Column<NodeRow> => ({
    title,
    align: 'right',
    cell: ({ counters }) => (counters === undefined ? '-' : formatCount(counters[key])),
  });
  const rare = [
    count('skipped', 'skipped'),
    count('deadLettered', 'dead-lettered'),
    count('discarded', 'discarded'),
  ];
  const columns: Column<NodeRow>[] = [
    { title: 'node', align: 'left', cell: ({ name }) => name },
    { title: 'kind', align: 'left', cell: ({ kind }) => kind },
    count('in', 'in'),
    count('out', 'out'),
    ...rare.filter(({ cell }) => rows.some((row) => !['-', '0'].includes(cell(row)))),
    { title: 'state', align: 'right', cell: ({ state }) => (state === undefined ? '-' : formatSize(state)) },
    {
      title: '',
      align: 'left',
      cell: (row) => (row.over ? 'over' : row.counters === undefined ? 'not begun' : ''),
    },
  ];
  return table(columns, rows);
}
