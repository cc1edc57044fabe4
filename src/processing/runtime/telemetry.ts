import { concat, defer, from, ignoreElements, map, Observable, of, share, takeUntil } from 'rxjs';
import { elapsedMs } from '../../core/clock.ts';
import type { Clock } from '../../interfaces/clock.ts';
import type { Metrics, Progress } from '../../interfaces/run.ts';
import { measureNodes } from './accounting.ts';
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
  const sum = (pick: (node: (typeof nodes)[number]) => number) =>
    nodes.reduce((total, node) => total + pick(node), 0);
  const kind = (name: string) => (node: (typeof nodes)[number]) => node.vertex.node.kind === name;
  const reads = nodes.filter(kind('reader'));
  const sinks = nodes.filter((node) => kind('sink')(node) && !node.vertex.letters);
  const readers = stages.map((stage) => stage.reader).filter((reader) => reader !== undefined);
  const recordsRead = reads.reduce((total, node) => total + node.counters.in, 0);
  const bytesRead = reads.reduce((total, node) => total + node.counters.bytesIn, 0);
  const known = readers.length > 0 && readers.every((reader) => reader.bytes.known);
  const bytesExpected = readers.reduce((total, reader) => total + reader.bytes.expected, 0);
  return {
    elapsedMs: elapsed,
    recordsRead,
    recordsWritten: sinks.reduce((total, node) => total + node.counters.out, 0),
    recordsFailed: sum(({ counters }) => counters.skipped + counters.deadLettered + counters.replaced),
    recordsPerSecond: elapsed === 0 ? 0 : Math.round((recordsRead * 1000) / elapsed),
    bytesRead,
    ...(known ? { bytesExpected } : {}),
    ...(known && bytesRead > 0
      ? { etaMs: Math.max(0, Math.round((elapsed * (bytesExpected - bytesRead)) / bytesRead)) }
      : {}),
  };
}
