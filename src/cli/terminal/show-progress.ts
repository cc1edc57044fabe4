import type { Observable, Subscription } from 'rxjs';
import type { Progress } from '../../interfaces/run.ts';
import { progressText } from './progress-text.ts';
import type { Terminal } from './terminal.ts';

/** When a log gets its first line about a run, and how long until each next one, in milliseconds. */
const FIRST_LINE = 10_000;
const NEXT_LINES = 30_000;

/** Keeps people informed until it is unsubscribed: a line drawn over and over on a screen, lines now and then in a log. */
export function showProgress(
  pipeline: string,
  progress$: Observable<Progress>,
  terminal: Terminal,
): Subscription {
  const subscription = progress$.subscribe(
    terminal.interactive
      ? (progress) => terminal.status(progressText(pipeline, progress, terminal.statusWidth))
      : logLines(pipeline, terminal),
  );
  subscription.add(() => {
    if (terminal.interactive) terminal.status('');
  });
  return subscription;
}

function logLines(pipeline: string, terminal: Terminal): (progress: Progress) => void {
  let next = FIRST_LINE;
  return (progress) => {
    if (progress.elapsedMs < next) return;
    next = progress.elapsedMs + NEXT_LINES;
    terminal.say(progressText(pipeline, progress));
  };
}
