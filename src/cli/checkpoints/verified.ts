import { formatSize } from '../../core/size.ts';
import type { CheckpointView } from '../../interfaces/checkpoint.ts';
import { verifyCheckpoint } from '../../processing/checkpoint/checkpoint-file.ts';
import { countOf } from '../terminal/figures.ts';
import { printable } from '../terminal/printable.ts';
import { inspected, problemText } from './inspected.ts';

/** What came of looking at a checkpoint. */
export interface Verified {
  readonly pipeline: string;
  readonly id: number;
  readonly bytes: number;
  /** How many states it has; absent where it cannot be used. */
  readonly states?: number;
  /** Why it cannot be used. */
  readonly problem?: string;
}

/** Looks at every byte and every state of the checkpoints of a pipeline, the newest first. */
export async function* verified(view: CheckpointView, pipeline: string): AsyncGenerator<Verified> {
  for await (const { entry, found } of inspected(view, pipeline, verifyCheckpoint)) {
    const { id, bytes } = entry;
    yield 'error' in found
      ? { pipeline, id, bytes, problem: problemText(found.error, id, view.label) }
      : { pipeline, id, bytes, states: found.checkpoint.states.size };
  }
}

export function verifiedText({ pipeline, id, bytes, states, problem }: Verified): string {
  const found =
    problem === undefined ? `whole, ${countOf(states!, 'state')}` : `cannot be used: ${printable(problem)}`;
  return `${printable(pipeline)} ${id}: ${formatSize(bytes)}, ${found}`;
}

/** What it comes to. */
export function verdictText(all: readonly Verified[], store: string): string {
  const wrong = all.filter(({ problem }) => problem !== undefined).length;
  const many = countOf(all.length, 'checkpoint');
  if (wrong === 0) return `${many} in ${printable(store)}: all whole`;
  return `${many} in ${printable(store)}: ${wrong} cannot be used; a run goes on from the newest that is whole`;
}
