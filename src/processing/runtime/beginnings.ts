import { MillraceError } from '../../core/errors.ts';
import { showValue } from '../../core/show-value.ts';
import type { RunOptions } from '../../interfaces/run.ts';
import type { Graph, Vertex } from '../graph/graph.ts';
import { nodeLabel } from '../graph/node.ts';

/** The times at which readers begin, by the names of their nodes; the others begin at the beginning. */
export type Beginnings = ReadonlyMap<string, Date>;

/**
 * Where the readers of a graph begin, as whoever starts the run wants it.
 *
 * @throws MillraceError `ERR_OPTIONS` for what is no time, and for readers that know none or are not there.
 */
export function beginningsOf(pipeline: string, graph: Graph, from: RunOptions['from']): Beginnings {
  if (from === undefined) return new Map();
  const refuse = (found: string, hint: string, nodes: readonly string[] = []): never => {
    throw new MillraceError('ERR_OPTIONS', `Cannot run "${pipeline}" from a time: ${found}`, {
      hint,
      details: { nodes },
    });
  };
  const readers = graph.vertices.filter(({ node }) => node.kind === 'reader');
  const all = from instanceof Date ? readers.map(({ name }) => [name, from] as const) : entries(from);
  const wanted = new Map(all as readonly (readonly [string, Date])[]);
  const dateless = all.find(([, time]) => !(time instanceof Date) || Number.isNaN(time.getTime()));
  if (dateless !== undefined) {
    const hint = 'Give a Date, or one for each reader by its name: { orders: new Date("2026-01-01") }.';
    refuse(`${showValue(dateless[1])} is no date`, hint);
  }
  const strange = [...wanted.keys()].filter((name) => !readers.some((reader) => reader.name === name));
  if (strange.length > 0) {
    refuse(
      `it has no reader ${quoted(strange)}`,
      `It has ${quoted(readers.map(({ name }) => name))}.`,
      strange,
    );
  }
  const timeless = readers.filter((reader) => wanted.has(reader.name) && !isTimed(reader));
  if (timeless.length > 0) {
    const timed = readers.filter(isTimed).map(({ name }) => name);
    const hint =
      timed.length === 0
        ? 'Files of a glob tell it, from() with since, and tables with since: else leave records out by a filter.'
        : `Say which readers it is for, by their names: ${quoted(timed)}.`;
    const list = timeless.map(({ name, node }) => `"${name}" (${nodeLabel(node)})`).join(', ');
    refuse(
      `nobody knows how old the records of ${list} are`,
      hint,
      timeless.map(({ name }) => name),
    );
  }
  return wanted;
}

function entries(from: unknown): readonly (readonly [name: string, time: unknown])[] {
  return typeof from === 'object' && from !== null ? Object.entries(from) : [['', from]];
}

function isTimed({ node }: Vertex): boolean {
  return node.kind === 'reader' && node.reader.traits.timed === true;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}
