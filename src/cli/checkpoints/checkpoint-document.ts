import type { Checkpoint } from '../../interfaces/checkpoint.ts';
import { readByThen, standingsOf } from '../../processing/checkpoint/manifest-reading.ts';
import { isoTime } from './listing.ts';
import { manifestOf } from './manifest.ts';

/** All of a checkpoint but the states, of which it has the lengths. */
export function checkpointDocument(checkpoint: Checkpoint, bytes: number, store: string): object {
  const { id, time, pipeline, complete, format, millrace, states } = checkpoint;
  const head = { store, pipeline, checkpoint: id, taken: isoTime(time), complete, bytes, format, millrace };
  const manifest = manifestOf(checkpoint);
  if (manifest === undefined) return { ...head, states: [...states.keys()], manifest: checkpoint.manifest };
  const { graph, nodes, over, runs, started, elapsedMs, files, summary, withheld } = manifest;
  const counted = new Map(nodes);
  return {
    ...head,
    runs,
    started,
    elapsedMs,
    read: readByThen(manifest),
    readers: standingsOf(checkpoint, manifest),
    nodes: graph.nodes.map(({ name, kind, label }) => ({
      name,
      kind,
      label,
      over: over.includes(name),
      ...(counted.has(name) && { counts: counted.get(name)!.counters }),
      ...(states.has(name) && { stateBytes: states.get(name)!.bytes }),
    })),
    ...(files !== undefined && { files }),
    ...(withheld !== undefined && { withheld }),
    ...(summary !== undefined && { summary }),
  };
}
