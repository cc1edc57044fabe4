import { rmSync } from 'node:fs';

/** What ends a process where nobody listens, and leaves nobody time to clean up. */
const SIGNALS: readonly string[] = ['SIGHUP', 'SIGINT', 'SIGTERM'];

/** Folders that have to go when the process ends before the runs do. */
const live = new Set<string>();

/** The folder goes when the process ends, also by a signal that nobody handles; until it is `released`. */
export function keepTrackOf(folder: string): void {
  live.add(folder);
  if (live.size === 1) watch();
}

/** The folder is gone, or somebody else's. */
export function released(folder: string): void {
  if (live.delete(folder) && live.size === 0) unwatch();
}

function watch(): void {
  process.on('exit', removeAll);
  process.on('newListener', changed);
  process.on('removeListener', changed);
  for (const signal of SIGNALS) yieldOrListen(signal);
}

function unwatch(): void {
  process.off('exit', removeAll);
  process.off('newListener', changed);
  process.off('removeListener', changed);
  for (const signal of SIGNALS) process.off(signal, end);
}

/**
 * Somebody comes or goes. Looks when that is done, and before any signal can come: with its last listener, Node lets go of
 * a signal, also while it adds another.
 */
function changed(event: string | symbol, listener: unknown): void {
  const signal = SIGNALS.find((one) => one === event);
  if (signal !== undefined && listener !== end) queueMicrotask(() => yieldOrListen(signal));
}

/** Whoever else listens says what becomes of the process: it must not seem to them that somebody handles the signal. */
function yieldOrListen(signal: string): void {
  if (live.size === 0) return;
  const own = process.listeners(signal as NodeJS.Signals).includes(end);
  const others = process.listenerCount(signal) - Number(own);
  if (own && others > 0) process.off(signal, end);
  if (!own && others === 0) process.on(signal, end);
}

/** Nobody else listens, so that the signal ends the process, as it would have without a listener. */
function end(signal: NodeJS.Signals): void {
  removeAll();
  live.clear();
  unwatch();
  process.kill(process.pid, signal);
}

function removeAll(): void {
  for (const folder of live) {
    try {
      // A file may be made in it meanwhile, by a thread of Node.
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // The process is about to end: there is nobody to tell, and others may still be removed.
    }
  }
}
