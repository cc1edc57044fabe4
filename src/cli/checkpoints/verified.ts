import { formatSize } from '../../core/size.ts';
import type { CheckpointView } from '../../interfaces/checkpoint.ts';
import { verifyCheckpoint } from '../../processing/checkpoint/checkpoint-file.ts';
import { countOf } from '../terminal/figures.ts';
import { printable } from '../terminal/printable.ts';
import { inspected, problemOf } from './inspected.ts';

/** What came of looking at a checkpoint. */
export interface Verified {
  readonly pipeline: string;
  readonly id: number;
  readonly bytes: number;
  /** How many states it has; absent where it is not whole. */
  readonly states?: number;
  /** Why no run can go on from it. */
  readonly problem?: string;
}

/** Looks at every byte and every state of the checkpoints of a pipeline, the newest first. */
export async function* verified(view: CheckpointView, pipeline: string): AsyncGenerator<Verified> {
  for await (const one of inspected(view, pipeline, { decode: verifyCheckpoint })) {
    const { entry, found } = one;
    const problem = problemOf(one, view.label);
    yield {
      pipeline,
      id: entry.id,
      bytes: entry.bytes,
      ...('checkpoint' in found && { states: found.checkpoint.states.size }),
      ...(problem !== undefined && { problem }),
    };
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
  return `${many} in ${printable(store)}: ${wrong} cannot be used`;
}
