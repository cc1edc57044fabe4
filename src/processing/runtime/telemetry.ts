import { concat, defer, from, ignoreElements, map, Observable, of, share, takeUntil } from 'rxjs';
import { elapsedMs } from '../../core/clock.ts';
import type { Clock } from '../../interfaces/clock.ts';
import type { Metrics, Progress } from '../../interfaces/run.ts';
import { measureNodes } from './accounting.ts';
import { type ReaderCounts, readSoFar } from './read-so-far.ts';
import type { Stage } from './stage.ts';

const PROGRESS_MS = 250;
const METRICS_MS = 1000;

/** What is observed of a run. */
export interface Observed {
  readonly clock: Clock;
  readonly stages: () => readonly Stage[];
  /** When it began, by the clock. */
  readonly began: number;
  /** Settles with the run, never rejects. */
  readonly over: Promise<void>;
}

/** Figures for people, while subscribed; the last value is the end's. */
export function progress(observed: Observed): Observable<Progress> {
  return sampled(observed, PROGRESS_MS, () => measureProgress(observed));
}

/** Figures for machines, while subscribed; the last value is the end's. */
export function metrics(observed: Observed): Observable<Metrics> {
  return sampled(observed, METRICS_MS, () => ({
    elapsedMs: elapsedMs(observed.clock, observed.began),
    nodes: measureNodes(observed.stages()),
  }));
}

function sampled<T>({ clock, over }: Observed, everyMs: number, measure: () => T): Observable<T> {
  const ticks = new Observable<void>((subscriber) => {
    let cancel = () => {};
    const tick = () => {
      subscriber.next();
      cancel = clock.schedule(tick, everyMs);
    };
    cancel = clock.schedule(tick, everyMs);
    return () => cancel();
  });
  const end = from(over);
  const last = defer(() => of(measure()));
  return concat(ticks.pipe(takeUntil(end), map(measure)), end.pipe(ignoreElements()), last).pipe(
    share({ resetOnRefCountZero: true }),
  ) as Observable<T>;
}

function measureProgress({ clock, stages: stagesNow, began }: Observed): Progress {
  const stages = stagesNow();
  const elapsed = elapsedMs(clock, began);
  const nodes = stages.flatMap((stage) => stage.nodes);
  const sum = (of: readonly (typeof nodes)[number][], pick: (node: (typeof nodes)[number]) => number) =>
    of.reduce((total, node) => total + pick(node), 0);
  const sinks = nodes.filter(({ vertex }) => vertex.node.kind === 'sink' && !vertex.letters);
  const read = readSoFar(readersOf(stages));
  const { bytesExpected } = read;
  const before = readBefore(stages);
  const records = read.records - (before?.records ?? 0);
  const bytes = read.bytes - (before?.bytes ?? 0);
  const left = bytesExpected === undefined || bytes === 0 ? undefined : bytesExpected - read.bytes;
  return {
    elapsedMs: elapsed,
    recordsRead: read.records,
    recordsWritten: sum(sinks, ({ counters }) => counters.out),
    recordsFailed: sum(nodes, ({ counters }) => counters.skipped + counters.deadLettered + counters.replaced),
    recordsPerSecond: elapsed === 0 ? 0 : Math.round((records * 1000) / elapsed),
    bytesRead: read.bytes,
    ...(bytesExpected !== undefined && { bytesExpected }),
    ...(left !== undefined && { etaMs: Math.max(0, Math.round((elapsed * left) / bytes)) }),
    ...(before !== undefined && { resumedAt: before }),
  };
}

function readersOf(stages: readonly Stage[]): readonly ReaderCounts[] {
  return stages.flatMap(({ reader, nodes, over }) =>
    reader === undefined ? [] : [{ counters: nodes[0]!.counters, ended: over && !reader.stoppedEarly }],
  );
}

/** What was read when the run went on; one that had not begun then had read nothing. */
function readBefore(stages: readonly Stage[]): Progress['resumedAt'] {
  if (stages.every(({ nodes }) => nodes.every(({ before }) => before === undefined))) return undefined;
  const counted = stages.flatMap(({ reader, nodes }) =>
    reader === undefined ? [] : (nodes[0]!.before ?? []),
  );
  return {
    records: counted.reduce((total, counters) => total + counters.in, 0),
    bytes: counted.reduce((total, counters) => total + counters.bytesIn, 0),
  };
}
