import type { Observable } from 'rxjs';
import { formatOrigin } from '../../core/batch.ts';
import { formatDuration } from '../../core/duration.ts';
import type { RunEvent } from '../../interfaces/run.ts';
import type { Terminal } from './terminal.ts';

/** Says what is worth a line of its own: stalls always, the fate of single records with `debug`. */
export function showEvents(events$: Observable<RunEvent>, terminal: Terminal, debug: boolean): void {
  events$.subscribe((event) => {
    const text = eventText(event);
    if (event.type === 'stalled') terminal.say(`${terminal.paint('warning', 'warning')}: ${text}`);
    else if (debug && text !== undefined) terminal.say(terminal.paint('faint', text));
  });
}

function eventText(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'stalled':
      return `nothing has moved for ${formatDuration(event.forMs)}: ${event.node} waits for ${event.waitingFor}`;
    case 'retried':
      return `${event.node}: try ${event.attempt} failed, the next in ${formatDuration(event.waitMs)}: ${event.error.message}`;
    case 'failed-record':
      return `${event.node}: ${formatOrigin(event.origin)} ${event.settled}: ${event.error.message}`;
    case 'traced':
      return `${formatOrigin(event.origin)} enters ${event.node}`;
    default:
      return undefined;
  }
}
