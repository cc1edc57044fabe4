import type { ReadSoFar } from '../../interfaces/run.ts';
import type { NodeCounters } from './counters.ts';

/** What a reader has counted, and whether it has come to its end. */
export interface ReaderCounts {
  readonly counters: Readonly<Pick<NodeCounters, 'in' | 'bytesIn' | 'bytesExpected'>>;
  readonly ended: boolean;
}

/** What readers have read together, and how much there is, where each of them knows, or has come to its end. */
export function readSoFar(readers: readonly ReaderCounts[]): ReadSoFar {
  const sum = (of: (reader: ReaderCounts) => number) => readers.reduce((total, one) => total + of(one), 0);
  const known =
    readers.some(({ counters }) => counters.bytesExpected !== undefined) &&
    readers.every(({ counters, ended }) => ended || counters.bytesExpected !== undefined);
  return {
    records: sum(({ counters }) => counters.in),
    bytes: sum(({ counters }) => counters.bytesIn),
    ...(known && {
      bytesExpected: sum(({ counters, ended }) => (ended ? counters.bytesIn : counters.bytesExpected!)),
    }),
  };
}
