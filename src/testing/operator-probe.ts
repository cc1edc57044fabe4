import { systemClock } from '../core/clock.ts';
import type { Clock } from '../interfaces/clock.ts';
import type {
  AsyncOperator,
  DuplexOperator,
  Emit,
  Operator,
  OperatorContext,
  SyncLogic,
  SyncOperator,
} from '../interfaces/operator.ts';

/** One run of an operator outside of any pipeline. */
export interface OperatorProbe<A, B> {
  /** What it has emitted so far. */
  readonly output: readonly B[];
  /** The event times that it said have been reached. */
  readonly watermarks: readonly number[];
  /** Whether it said that it will emit nothing more. */
  readonly completed: boolean;
  /** What a duplex operator failed the run with, as the only element; others throw from `feed`. */
  readonly failures: readonly unknown[];
  /** Gives it records one by one, as long as it has not completed; throws what it throws. */
  feed(records: Iterable<A>): Promise<void>;
  /** Says that event time has reached `time`. */
  watermark(time: number): void;
  /** Says that the input is over, and waits for the rest of the output. */
  end(): Promise<void>;
  /** Ends the run, whichever way it stands. */
  close(): void;
}

/** An endless iterable that a record was expanded to is read no further than this. */
const MOST_PULLED = 10_000;

class Record<B> {
  readonly output: B[] = [];
  readonly watermarks: number[] = [];
  readonly failures: unknown[] = [];
  readonly abort = new AbortController();
  completed = false;

  readonly emit: Emit<B> = (record) => {
    this.output.push(record);
  };

  context(clock: Clock): OperatorContext<B> {
    const { abort, emit } = this;
    return {
      node: 'probe',
      signal: abort.signal,
      clock,
      get cancelled() {
        return abort.signal.aborted;
      },
      complete: () => {
        this.completed = true;
      },
      advance: (time) => {
        if (time > (this.watermarks.at(-1) ?? Number.NEGATIVE_INFINITY)) this.watermarks.push(time);
      },
      idle: () => {},
      after: (ms, callback) => clock.schedule(() => callback(emit), ms),
    };
  }
}

/**
 * Runs an operator by hand, record by record, to see what it does with each.
 *
 * @example
 * ```ts
 * import { map } from 'millrace';
 * import { probeOperator } from 'millrace/testing';
 *
 * const probe = probeOperator(map((n: number) => n * 2));
 * await probe.feed([1, 2]);
 * await probe.end();
 * probe.close();
 * console.log(probe.output); // [2, 4]
 * ```
 */
export function probeOperator<A, B>(
  operator: Operator<A, B>,
  clock: Clock = systemClock,
): OperatorProbe<A, B> {
  if (operator.kind === 'sync') return probeSync(operator, clock);
  return operator.kind === 'async' ? probeAsync(operator, clock) : probeDuplex(operator, clock);
}

function probeSync<A, B>(operator: SyncOperator<A, B>, clock: Clock): OperatorProbe<A, B> {
  const record = new Record<B>();
  const logic: SyncLogic<A, B> = operator.create(record.context(clock));
  return Object.assign(record, {
    async feed(records: Iterable<A>) {
      for (const one of records) {
        if (record.completed) return;
        const more = logic.push(one, record.emit);
        if (more !== undefined) pull(more, record);
      }
    },
    watermark: (time: number) => logic.watermark?.(time, record.emit),
    end: async () => logic.end?.(record.emit),
    close() {
      record.abort.abort();
      logic.close?.();
    },
  });
}

function pull<B>(more: Iterable<B>, record: Record<B>): void {
  let pulled = 0;
  for (const one of more) {
    record.emit(one);
    pulled++;
    if (pulled === MOST_PULLED || record.completed) return;
  }
}

function probeAsync<A, B>(operator: AsyncOperator<A, B>, clock: Clock): OperatorProbe<A, B> {
  const record = new Record<B>();
  const logic = operator.create(record.context(clock));
  return Object.assign(record, {
    async feed(records: Iterable<A>) {
      for (const one of records) {
        const made = await logic.call(one, { signal: record.abort.signal, attempt: 1 });
        if (operator.cardinality !== 'many') record.emit(made as B);
        else for await (const part of made as AsyncIterable<B>) record.emit(part);
      }
    },
    watermark() {},
    async end() {},
    close() {
      record.abort.abort();
      logic.close?.();
    },
  });
}

function probeDuplex<A, B>(operator: DuplexOperator<A, B>, clock: Clock): OperatorProbe<A, B> {
  const record = new Record<B>();
  let ended = false;
  const logic = operator.create({
    ...record.context(clock),
    get cancelled() {
      return record.abort.signal.aborted;
    },
    async emit(records) {
      for (const one of records) record.emit(one);
    },
    fail(error) {
      record.failures.push(error);
      record.completed = true;
    },
  });
  return Object.assign(record, {
    async feed(records: Iterable<A>) {
      for (const one of records) {
        if (record.completed) return;
        await logic.write([one]);
      }
    },
    watermark() {},
    async end() {
      if (record.failures.length > 0) return;
      await logic.end();
      ended = true;
    },
    close() {
      record.abort.abort();
      if (!ended) logic.abort(new Error('the probe was closed'));
    },
  });
}
