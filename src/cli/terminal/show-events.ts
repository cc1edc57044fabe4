import type { Observable } from 'rxjs';
import { formatOrigin } from '../../core/batch.ts';
import { formatDuration } from '../../core/duration.ts';
import type { RunEvent } from '../../interfaces/run.ts';
import { standingText } from '../checkpoints/position-text.ts';
import { countOf } from './figures.ts';
import { printable } from './printable.ts';
import { readText } from './read-text.ts';
import type { Terminal } from './terminal.ts';

const WARNINGS: ReadonlySet<RunEvent['type']> = new Set(['stalled', 'checkpoint-failed', 'hook-failed']);

/** Says what is worth a line of its own: stalls always, the fate of single records with `debug`. */
export function showEvents(events$: Observable<RunEvent>, terminal: Terminal, debug: boolean): void {
  events$.subscribe((event) => {
    const text = eventText(event);
    if (WARNINGS.has(event.type)) {
      terminal.say(`${terminal.paint('warning', 'warning')}: ${text}`);
    } else if (event.type === 'resumed' || event.type === 'over-before') terminal.say(text!);
    else if (debug && text !== undefined) terminal.say(terminal.paint('faint', text));
  });
}

function eventText(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'stalled':
      return `nothing has moved for ${formatDuration(event.forMs)}: ${event.node} waits for ${event.waitingFor}`;
    case 'checkpoint-failed':
      return `checkpoint ${event.id} came to nothing: ${event.error.message}`;
    case 'hook-failed':
      return `${event.hook} of plugin ${event.plugin} failed${event.times > 1 ? ` ${event.times} times` : ''}: ${event.error.message}`;
    case 'resumed':
      return resumedText(event);
    case 'over-before':
      return `nothing to do: checkpoint ${event.checkpoint} of ${event.taken}, ${agoText(event.taken)}, is of the end; --fresh begins anew`;
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

/** Readers that get a line of their own: of many, the first ones. */
const MOST_READERS = 5;

function resumedText(event: RunEvent & { readonly type: 'resumed' }): string {
  const { checkpoint, taken, damaged, counted, read, readers } = event;
  const passedOver = damaged.length === 0 ? '' : `; damaged and passed over: ${damaged.join(', ')}`;
  const anew = counted ? '' : '; the graph has changed, so that counts begin anew';
  const more = readers.length - MOST_READERS;
  return [
    `going on from checkpoint ${checkpoint} of ${taken}, ${agoText(taken)}: ${readText(read)}${passedOver}${anew}`,
    ...readers.slice(0, MOST_READERS).map((reader) => `  ${printable(reader.node)}: ${standingText(reader)}`),
    ...(more > 0 ? [`  and ${countOf(more, 'more reader')}`] : []),
  ].join('\n');
}

function agoText(taken: string): string {
  return `${formatDuration(Math.max(0, Date.now() - Date.parse(taken)))} ago`;
}
