import { formatSize } from '../../core/size.ts';
import type { Checkpoint, CheckpointView } from '../../interfaces/checkpoint.ts';
import { verifyCheckpoint } from '../../processing/checkpoint/checkpoint-file.ts';
import { type ReadFiles, wrongBeside } from '../../processing/checkpoint/files-beside.ts';
import { countOf } from '../terminal/figures.ts';
import { printable } from '../terminal/printable.ts';
import { inspected, problemOf } from './inspected.ts';
import { manifestOf } from './manifest.ts';

/** What came of looking at a checkpoint. */
export interface Verified {
  readonly pipeline: string;
  readonly id: number;
  readonly bytes: number;
  /** How many states it has; absent where it is not whole. */
  readonly states?: number;
  /** How many files it has beside it; absent where there are none. */
  readonly files?: number;
  /** Those of them of which it has no checksum: nobody can tell whether they have changed. */
  readonly unchecked?: readonly string[];
  /** Why no run can go on from it. */
  readonly problem?: string;
}

/** Looks at every byte and every state of the checkpoints of a pipeline, and of the files beside them, the newest first. */
export async function* verified(view: CheckpointView, pipeline: string): AsyncGenerator<Verified> {
  const read: ReadFiles = new Map();
  for await (const one of inspected(view, pipeline, { decode: verifyCheckpoint })) {
    const { id, bytes } = one.entry;
    const head = { pipeline, id, bytes };
    if (!('checkpoint' in one.found)) {
      yield { ...head, problem: problemOf(one, view.label)! };
      continue;
    }
    const { checkpoint } = one.found;
    const beside = await filesBeside(view, checkpoint, read);
    // A run that goes on removes files once it has removed the checkpoints that have them.
    if (beside.problem !== undefined && (await isGone(view, id))) continue;
    yield { ...head, states: checkpoint.states.size, ...beside };
  }
}

type Beside = Pick<Verified, 'files' | 'unchecked' | 'problem'>;

async function filesBeside(view: CheckpointView, checkpoint: Checkpoint, read: ReadFiles): Promise<Beside> {
  const { files = [], prints = [] } = manifestOf(checkpoint) ?? {};
  if (files.length === 0) return {};
  const wrong: string[] = [];
  for await (const found of wrongBeside(view, { files, prints }, read)) wrong.push(found);
  const checked = new Set(prints.map(([name]) => name));
  const unchecked = files.filter((name) => !checked.has(name));
  return {
    files: files.length,
    ...(unchecked.length > 0 && { unchecked }),
    ...(wrong.length > 0 && { problem: wrong.join('; ') }),
  };
}

async function isGone(view: CheckpointView, id: number): Promise<boolean> {
  return !(await view.list()).some((entry) => entry.id === id);
}

export function verifiedText(one: Verified): string {
  const found = one.problem === undefined ? wholeText(one) : `cannot be used: ${printable(one.problem)}`;
  return `${printable(one.pipeline)} ${one.id}: ${formatSize(one.bytes)}, ${found}`;
}

function wholeText({ states, files, unchecked = [] }: Verified): string {
  const parts = ['whole', countOf(states!, 'state')];
  if (files !== undefined) parts.push(`${countOf(files, 'file')} beside it`);
  if (unchecked.length > 0) {
    parts.push(
      `${unchecked.length} of them without a checksum, as earlier versions wrote: only seen to be there`,
    );
  }
  return parts.join(', ');
}

/** What it comes to. */
export function verdictText(all: readonly Verified[], store: string): string {
  const wrong = all.filter(({ problem }) => problem !== undefined).length;
  const many = countOf(all.length, 'checkpoint');
  const unchecked = new Set(
    all.flatMap((one) => (one.unchecked ?? []).map((name) => `${one.pipeline} ${name}`)),
  );
  const besides = unchecked.size === 0 ? '' : `; ${countOf(unchecked.size, 'file')} without a checksum`;
  if (wrong === 0) return `${many} in ${printable(store)}: all whole${besides}`;
  return `${many} in ${printable(store)}: ${wrong} cannot be used`;
}
