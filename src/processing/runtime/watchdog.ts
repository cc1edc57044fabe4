import type { Cancel, Clock } from '../../interfaces/clock.ts';
import type { RunEvent } from '../../interfaces/run.ts';
import type { Stage } from './stage.ts';

/**
 * Looks now and then whether anything moved; when nothing did for `stallAfterMs`, says which node
 * waits for what. A reader without end that has nothing to read is not a stall.
 */
export function watch(
  stagesNow: () => readonly Stage[],
  clock: Clock,
  stallAfterMs: number,
  report: (event: RunEvent) => void,
): Cancel {
  let seen = -1;
  let since = clock.now();
  let cancel: Cancel = () => {};
  const look = (): void => {
    const stages = stagesNow();
    const moved = activity(stages);
    const now = clock.now();
    if (moved !== seen) {
      seen = moved;
      since = now;
    } else if (now - since >= stallAfterMs) {
      const stalled = stalledStage(stages);
      if (stalled !== undefined) {
        const forMs = now - since;
        report({ type: 'stalled', node: stalled.nodes[0]!.name, waitingFor: stalled.waitingFor, forMs });
      }
    }
    cancel = clock.schedule(look, stallAfterMs / 2);
  };
  cancel = clock.schedule(look, stallAfterMs / 2);
  return () => cancel();
}

function activity(stages: readonly Stage[]): number {
  let sum = 0;
  for (const { nodes } of stages) {
    for (const { counters } of nodes) {
      sum += counters.in + counters.out + counters.failed + counters.bytesIn + counters.bytesOut;
    }
  }
  return sum;
}

/** The stage furthest downstream that is at work. */
export function workingStage(stages: readonly Stage[]): Stage | undefined {
  return stages.findLast((stage) => stage.stopwatch.occupation === 'busy');
}

/** The stage furthest downstream that is at work; else a reader that should have something to read. */
function stalledStage(stages: readonly Stage[]): Stage | undefined {
  return workingStage(stages) ?? stages.find((stage) => stage.reader?.bounded === true);
}
