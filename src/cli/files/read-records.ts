import { takeWhile } from 'rxjs';
import { formatOrigin } from '../../core/batch.ts';
import { systemClock } from '../../core/clock.ts';
import { DemandGate } from '../../core/demand.ts';
import { isMillraceError, MillraceError } from '../../core/errors.ts';
import { formatSize } from '../../core/size.ts';
import type { BatchOrigin, Origin } from '../../interfaces/batch.ts';
import type { Reader } from '../../interfaces/reader.ts';
import type { Invocation } from '../command.ts';
import { reportError } from '../report-error.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** How long a status line stands, in milliseconds. */
const STATUS_MS = 250;

/** What is made of the records of a batch; `false` when nothing more is wanted. */
export type TakeRecords = (records: readonly unknown[], origin: BatchOrigin) => boolean;

/** Takes records one by one; what fails with one names it. */
export function eachRecord(take: (record: unknown) => boolean): TakeRecords {
  return (records, origin) => {
    for (const [at, record] of records.entries()) {
      try {
        if (!take(record)) return false;
      } catch (error) {
        throw isMillraceError(error) ? located(error, origin.at(at)) : error;
      }
    }
    return true;
  };
}

/**
 * Reads a reader to its end, or until `take` has enough, without the engine: nothing runs beside it, and no batch waits.
 * On a terminal there is a status line that begins with `what`. A bad record fails it; what fails it is reported. Returns whether it
 * went well.
 */
export async function readRecords(
  reader: Reader<unknown>,
  take: TakeRecords,
  what: string,
  { terminal, given }: Invocation,
): Promise<boolean> {
  const status = statusLine(terminal, what);
  const released = clearedAtInterrupt(status);
  try {
    await readAll(reader, (...batch) => !terminal.outClosed && take(...batch), status);
    return true;
  } catch (error) {
    status.end();
    if (!isMillraceError(error)) throw error;
    reportError(error, {
      terminal,
      json: given.has('json'),
      debug: given.has('verbose'),
      stdoutTaken: false,
    });
    return false;
  } finally {
    released();
    status.end();
  }
}

/** Leaves no half of a status line before the prompt: then the signal does what it would have done. */
function clearedAtInterrupt(status: Status): () => void {
  const onInterrupt = (signal: NodeJS.Signals): void => {
    status.end();
    process.kill(process.pid, signal);
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, onInterrupt);
  return () => {
    for (const signal of signals) process.off(signal, onInterrupt);
  };
}

async function readAll(reader: Reader<unknown>, take: TakeRecords, status: Status): Promise<void> {
  const over = new AbortController();
  const closings: Promise<unknown>[] = [];
  const items = reader.open({
    demand: new DemandGate(),
    signal: over.signal,
    clock: systemClock,
    failed({ error }) {
      throw error;
    },
    closing: (closed) => void closings.push(closed),
    stopping: () => {},
    positioned: () => () => {},
    expected: status.expected,
    consumed: status.consumed,
    overflowed: () => {},
  });
  try {
    await new Promise<void>((resolve, reject) => {
      items
        .pipe(takeWhile((item) => item.kind !== 'batch' || take(item.records, item.origin)))
        .subscribe({ error: reject, complete: resolve });
    });
  } finally {
    over.abort();
    await Promise.all(closings);
  }
}

function located(error: MillraceError, origin: Origin): MillraceError {
  const { code, message, hint, details } = error;
  return new MillraceError(code, `Cannot take ${formatOrigin(origin)}: ${message}`, {
    cause: error,
    origin,
    details,
    ...(hint !== undefined && { hint }),
  });
}

interface Status {
  expected(bytes: number): void;
  consumed(bytes: number): void;
  end(): void;
}

function statusLine(terminal: Terminal, what: string): Status {
  let [total, taken] = [0, 0];
  let due = Date.now() + STATUS_MS;
  const show = (): void => {
    if (!terminal.interactive || Date.now() < due) return;
    due = Date.now() + STATUS_MS;
    const share = total === 0 ? '' : `${Math.min(100, Math.floor((100 * taken) / total))}% of `;
    terminal.status(`${what}: ${share}${formatSize(total === 0 ? taken : total)}`);
  };
  return {
    expected(bytes) {
      total += bytes;
    },
    consumed(bytes) {
      taken += bytes;
      show();
    },
    end: () => {
      if (terminal.interactive) terminal.status('');
    },
  };
}
