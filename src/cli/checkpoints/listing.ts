import type { CheckpointExtent, CheckpointView } from '../../interfaces/checkpoint.ts';
import type { ReadSoFar } from '../../interfaces/run.ts';
import { readByThen } from '../../processing/checkpoint/manifest-reading.ts';
import { type Inspected, inspected, problemOf } from './inspected.ts';
import { manifestOf } from './manifest.ts';

/** A checkpoint as it is listed. */
export interface Listed {
  readonly id: number;
  /** When it was taken, ISO 8601; of one that cannot be used, when the store took it. */
  readonly taken: string;
  readonly bytes: number;
  readonly complete?: CheckpointExtent;
  /** Runs that have worked on it. */
  readonly runs?: number;
  readonly read?: ReadSoFar;
  /** Why no run can go on from it. */
  readonly problem?: string;
}

/** The checkpoints of a pipeline, the newest first. Each is read as a whole, and let go before the next. */
export async function listing(view: CheckpointView, pipeline: string): Promise<readonly Listed[]> {
  const listed: Listed[] = [];
  for await (const one of inspected(view, pipeline)) listed.push(listedOf(one, view.label));
  return listed;
}

function listedOf(one: Inspected, store: string): Listed {
  const { id, bytes, time } = one.entry;
  const problem = problemOf(one, store);
  const why = problem === undefined ? {} : { problem };
  if ('error' in one.found) return { id, taken: isoTime(time), bytes, ...why };
  const { checkpoint } = one.found;
  const manifest = manifestOf(checkpoint);
  return {
    id,
    taken: isoTime(checkpoint.time),
    bytes,
    complete: checkpoint.complete,
    ...(manifest !== undefined && { runs: manifest.runs, read: readByThen(manifest) }),
    ...why,
  };
}

/** ISO 8601; some text for what is no time. */
export function isoTime(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? 'at an unknown time' : date.toISOString();
}
