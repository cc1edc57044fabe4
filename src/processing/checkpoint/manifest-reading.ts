import type { Checkpoint } from '../../interfaces/checkpoint.ts';
import type { ReaderStanding, ReadSoFar } from '../../interfaces/run.ts';
import { BEGINNING } from '../runtime/heads/read-position.ts';
import { readSoFar } from '../runtime/read-so-far.ts';
import type { RunManifest } from './run-manifest.ts';

type Parts = Pick<RunManifest, 'graph' | 'nodes' | 'over'>;

/** What had been read when a checkpoint was taken. */
export function readByThen({ graph, nodes, over }: Parts): ReadSoFar {
  const counted = new Map(nodes);
  const names = readersOf({ graph });
  const known = names.flatMap((name) => {
    const counters = counted.get(name)?.counters;
    return counters === undefined ? [] : [{ counters, ended: over.includes(name) }];
  });
  const read = readSoFar(known);
  // One that had not begun knew nothing yet.
  return known.length === names.length ? read : { records: read.records, bytes: read.bytes };
}

/** Where the readers stood. */
export function standingsOf(
  { states }: Pick<Checkpoint, 'states'>,
  { graph, over }: Omit<Parts, 'nodes'>,
): readonly ReaderStanding[] {
  return readersOf({ graph }).map((node) => {
    if (over.includes(node)) return { node, at: 'end' };
    const position = states.get(node)?.value() ?? BEGINNING;
    return position === BEGINNING ? { node, at: 'beginning' } : { node, at: 'position', position };
  });
}

function readersOf({ graph }: Pick<Parts, 'graph'>): readonly string[] {
  return graph.nodes.filter(({ kind }) => kind === 'reader').map(({ name }) => name);
}
