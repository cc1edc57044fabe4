import { channel } from 'node:diagnostics_channel';
import type { RunEvent, RunHandle } from '../interfaces/run.ts';

/** What subscribers of the channel `millrace:event` get. */
export interface DiagnosticMessage {
  readonly pipeline: string;
  readonly event: RunEvent;
}

const events = channel('millrace:event');

/** Publishes a run's events to `diagnostics_channel`; costs nothing when nobody listens at the start. */
export function publishDiagnostics(pipeline: string, run: RunHandle): void {
  if (!events.hasSubscribers) return;
  run.events$.subscribe((event) => events.publish({ pipeline, event } satisfies DiagnosticMessage));
}
