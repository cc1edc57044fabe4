import { NEVER, Subject } from 'rxjs';
import type { RunEvent, RunHandle } from '../../../src/interfaces/run.ts';

/** A run that does nothing but tell the events it is given. */
export function scriptedRun() {
  const events = new Subject<RunEvent>();
  const never = new Promise<never>(() => {});
  const run: RunHandle = {
    done: never,
    stop: () => never,
    abort: () => never,
    progress$: NEVER,
    metrics$: NEVER,
    events$: events,
  };
  return { run, events };
}

const origin = { source: 'csv', file: 'orders.csv', record: 10, line: 12, byte: 340 };
const error = new Error('qty is negative');
const summary = { pipeline: 'orders', state: 'done' } as never;

/** One event of each kind, and of each way in which a kind can differ. */
export const EVENTS: readonly RunEvent[] = [
  { type: 'started', pipeline: 'orders', stages: 1 },
  { type: 'started', pipeline: 'orders', stages: 3 },
  { type: 'retried', node: 'enrich', attempt: 2, waitMs: 1500, error },
  { type: 'failed-record', node: 'validate', settled: 'skipped', error, origin },
  { type: 'failed-record', node: 'validate', settled: 'dead-lettered', error, origin },
  { type: 'failed-record', node: 'validate', settled: 'replaced', error, origin },
  { type: 'stalled', node: 'enrich', waitingFor: 'ndjson out', forMs: 30_000 },
  { type: 'traced', node: 'enrich', origin, record: { id: 1 } },
  { type: 'barrier', node: 'enrich', id: 7 },
  { type: 'stopping' },
  { type: 'ended', state: 'done', summary },
  { type: 'ended', state: 'stopped', summary },
  { type: 'ended', state: 'failed', error },
  { type: 'ended', state: 'aborted', error },
];
