import type { NodeCounts } from '../../interfaces/run.ts';

/** What went through a node, counted while it goes. What follows from these is worked out at the end. */
export class NodeCounters {
  in = 0;
  out = 0;
  skipped = 0;
  deadLettered = 0;
  replaced = 0;
  discarded = 0;
  overflowed = 0;
  retried = 0;
  failed = 0;
  bytesIn = 0;
  /** Bytes that there are to read in all, those that were read included; of readers that know. */
  bytesExpected: number | undefined = undefined;
  bytesOut = 0;
}

/** How a node's records are accounted for: see `Cardinality`; `many` swallows and makes records. */
export type Accounting = 'one' | 'filter' | 'many';

/** The counts with what follows from them. */
export function nodeCounts(counters: NodeCounters, accounting: Accounting): NodeCounts {
  const { skipped, deadLettered, discarded } = counters;
  const dealt = counters.in - skipped - deadLettered - discarded;
  return {
    in: counters.in,
    out: counters.out,
    skipped,
    deadLettered,
    discarded,
    replaced: counters.replaced,
    overflowed: counters.overflowed,
    retried: counters.retried,
    failed: counters.failed,
    bytesIn: counters.bytesIn,
    bytesOut: counters.bytesOut,
    filtered: accounting === 'filter' ? dealt - counters.out : 0,
    aggregated: accounting === 'many' ? dealt : 0,
    created: accounting === 'many' ? counters.out : 0,
  };
}
