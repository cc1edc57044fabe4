import { BATCH_SIZE } from '../../../core/batch.ts';
import { MillraceError } from '../../../core/errors.ts';
import { formatSize } from '../../../core/size.ts';
import type { Memory, Spill } from '../../../interfaces/memory.ts';

/** Hands records on; resolves to whether more are wanted. */
export type Deliver<B> = (records: readonly B[]) => Promise<boolean>;

/** Hands many records on, a batch at a time; resolves to whether more are wanted. */
export async function deliverAll<B>(records: Iterable<B>, deliver: Deliver<B>): Promise<boolean> {
  let next: B[] = [];
  for (const record of records) {
    next.push(record);
    if (next.length < BATCH_SIZE) continue;
    if (!(await deliver(next))) return false;
    next = [];
  }
  return next.length === 0 || deliver(next);
}

/** Holds what comes until the input is over, in memory or on the disk; a {@link HoldingLogic} runs it. */
export interface Holder<A, B> {
  /** Takes a record; `false` when there is no room for it: spill, and give it again. */
  add(record: A): boolean;
  /**
   * Makes room by writing what is held to the disk.
   *
   * @throws MillraceError `ERR_MEMORY` when there is nothing to write, or spilling is off.
   */
  spill(): Promise<void>;
  /**
   * Whether `drain` hands on the same in every run that restores what `snapshot` gave, also while it did: then what was
   * handed on before can be left out.
   */
  readonly drainsAlike?: boolean;
  /** Hands on what has come of it all. */
  drain(deliver: Deliver<B>): Promise<void>;
  /** Gives all memory back. */
  dispose(): void;
  /** What it remembers of the input so far, as plain data: what is on the disk is kept there. */
  snapshot(): Promise<unknown>;
  /** Takes over what `snapshot` gave; before the first record, if at all. */
  restore(state: unknown): void;
}

export interface HoldingRoom {
  readonly memory: Memory;
  readonly spill: Spill;
  /** Who holds it, for errors. */
  readonly node: string;
}

/** The error for what has no room in memory and cannot go to the disk. */
export function memoryFull({ node, memory, spill }: HoldingRoom, what: string): MillraceError {
  const why = spill.enabled ? '' : ', and spilling is off';
  return new MillraceError(
    'ERR_MEMORY',
    `Cannot hold ${what} in "${node}": the memory of the pipeline is ${formatSize(memory.budget)}${why}`,
    { node, hint: 'Raise the memory of the pipeline, or let it spill.', details: { memory: memory.budget } },
  );
}
