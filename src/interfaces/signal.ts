import type { Batch } from './batch.ts';

/** Event time has reached `time` (milliseconds since the epoch): no earlier record follows. */
export interface Watermark {
  readonly kind: 'watermark';
  readonly time: number;
  /** Nothing comes at present: where flows meet, this one holds back the time of the others no longer. */
  readonly idle?: true;
}

/** Checkpoint `id` passes here: what came before belongs to it, what follows does not. */
export interface Barrier {
  readonly kind: 'barrier';
  readonly id: number;
}

/** A control message that travels in line with batches. */
export type Signal = Watermark | Barrier;

/** What travels on an edge. */
export type Item<T> = Batch<T> | Signal;
