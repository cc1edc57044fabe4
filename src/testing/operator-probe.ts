import { CountedOrigin } from '../core/batch.ts';
import { systemClock } from '../core/clock.ts';
import { stateOf } from '../core/state-copy.ts';
import type { Clock } from '../interfaces/clock.ts';
import type { Memory } from '../interfaces/memory.ts';
import type {
  AsyncOperator,
  DuplexOperator,
  Emit,
  Operator,
  OperatorContext,
  Output,
  SyncLogic,
  SyncOperator,
} from '../interfaces/operator.ts';
import type { SpillOptions } from '../interfaces/run.ts';
import { stateLimits } from '../processing/graph/state-options.ts';
import { MemoryBudget } from '../processing/runtime/spill/memory-budget.ts';
import { SpillFolder } from '../processing/runtime/spill/spill-folder.ts';

/** One run of an operator outside of any pipeline. */
export interface OperatorProbe<A, B> {
  /** What it has emitted so far. */
  readonly output: readonly B[];
  /** The event times that it said have been reached. */
  readonly watermarks: readonly number[];
  /** What it holds of the memory for state. */
  readonly held: Memory;
  /** Whether it said that it will emit nothing more. */
  readonly completed: boolean;
  /** Records that a duplex operator said it dropped because downstream was behind. */
  readonly overflowed: number;
  /** Records that it was given. */
  readonly fed: number;
  /** What a duplex operator failed the run with, as the only element; others throw from `feed`. */
  readonly failures: readonly unknown[];
  /** Gives it records one by one, as long as it has not completed; throws what it throws. */
  feed(records: Iterable<A>): Promise<void>;
  /** Says that event time has reached `time`. */
  watermark(time: number): void;
  /** Whether it can say what it remembers, and take that over. */
  readonly remembers: boolean;
  /** What a synchronous operator remembers; `undefined` for one that remembers nothing. */
  snapshot(): unknown;
  /** Lets it take over what `snapshot` gave, before the first record. */
  restore(state: unknown, version?: number): void;
  /** Says that the input is over, and waits for the rest of the output. */
  end(): Promise<void>;
  /** Ends the run, whichever way it stands. */
  close(): void;
}

/** What a probed operator may keep state in. */
export interface ProbeState {
  /** Bytes, or text such as `'64 KiB'`. @default '256 MiB' */
  readonly memory?: number | string;
  /** Where state goes that has no room there, or `false`: nowhere. */
  readonly spill?: SpillOptions | false;
  /** Records that have been fed before, to another: their origins are numbered on. @default 0 */
  readonly fed?: number;
}

/** An endless iterable that a record was expanded to is read no further than this. */
const MOST_PULLED = 10_000;

/** What only synchronous operators know. */
const WITHOUT_STATE = { remembers: false, watermark() {}, snapshot: () => undefined, restore() {} };

class Record<B> {
  readonly output: B[] = [];
  readonly watermarks: number[] = [];
  readonly failures: unknown[] = [];
  readonly abort = new AbortController();
  readonly held: Memory;
  readonly spill: SpillFolder;
  completed = false;
  overflowed = 0;

  /** Records that have been fed. */
  fed: number;
  /** Whether a synchronous operator works on the last of them. */
  working = false;

  constructor({ memory, spill, fed = 0 }: ProbeState) {
    this.fed = fed;
    const limits = stateLimits(
      {},
      { ...(memory !== undefined && { memory }), ...(spill !== undefined && { spill }) },
    );
    this.held = new MemoryBudget(limits.memory).account('probe');
    this.spill = new SpillFolder(limits.spill);
  }

  /** The operator is over: what it left on the disk goes. */
  finish(): void {
    this.abort.abort();
    this.spill.close().catch(() => {});
  }

  readonly emit: Emit<B> = (record) => {
    this.output.push(record);
  };

  context(clock: Clock): OperatorContext<B> {
    const { abort, emit } = this;
    return {
      pipeline: 'probe',
      node: 'probe',
      origin: () => (this.working ? { source: 'probe', record: this.fed, reader: 'probe' } : undefined),
      signal: abort.signal,
      clock,
      memory: this.held,
      spill: this.spill,
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
      report: () => {},
      after: (ms, callback) => clock.schedule(() => all(callback(emit), this), ms),
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
  state: ProbeState = {},
): OperatorProbe<A, B> {
  const record = new Record<B>(state);
  if (operator.kind === 'sync') return probeSync(operator, clock, record);
  return operator.kind === 'async'
    ? probeAsync(operator, clock, record)
    : probeDuplex(operator, clock, record);
}

function probeSync<A, B>(operator: SyncOperator<A, B>, clock: Clock, record: Record<B>): OperatorProbe<A, B> {
  const logic: SyncLogic<A, B> = operator.create(record.context(clock));
  return Object.assign(record, {
    async feed(records: Iterable<A>) {
      for (const one of records) {
        if (record.completed) return;
        record.fed++;
        record.working = true;
        const more = logic.push(one, record.emit);
        if (more !== undefined) pull(more, record);
        record.working = false;
      }
    },
    watermark: (time: number) => all(logic.watermark?.(time, record.emit), record),
    remembers: logic.snapshot !== undefined && logic.restore !== undefined,
    snapshot: () => stateOf(logic.snapshot?.()),
    restore: (state: unknown, version?: number) => logic.restore?.(state, version),
    end: async () => all(logic.end?.(record.emit), record),
    close() {
      record.finish();
      logic.close?.();
    },
  });
}

/** Takes all that was returned when the input was over, or event time went on: that has an end. */
function all<B>(returned: Output<B>, record: Record<B>): void {
  if (typeof returned !== 'object') return;
  for (const one of returned) {
    if (record.completed) return;
    record.emit(one);
  }
}

function pull<B>(more: Iterable<B>, record: Record<B>): void {
  let pulled = 0;
  for (const one of more) {
    record.emit(one);
    pulled++;
    if (pulled === MOST_PULLED || record.completed) return;
  }
}

function probeAsync<A, B>(
  operator: AsyncOperator<A, B>,
  clock: Clock,
  record: Record<B>,
): OperatorProbe<A, B> {
  const logic = operator.create(record.context(clock));
  return Object.assign(record, {
    async feed(records: Iterable<A>) {
      for (const one of records) {
        record.fed++;
        const made = await logic.call(one, { signal: record.abort.signal, attempt: 1 });
        if (operator.cardinality !== 'many') record.emit(made as B);
        else for await (const part of made as AsyncIterable<B>) record.emit(part);
      }
    },
    ...WITHOUT_STATE,
    async end() {},
    close() {
      record.finish();
      logic.close?.();
    },
  });
}

function probeDuplex<A, B>(
  operator: DuplexOperator<A, B>,
  clock: Clock,
  record: Record<B>,
): OperatorProbe<A, B> {
  const context = record.context(clock);
  let ended = false;
  const logic = operator.create({
    ...context,
    get cancelled() {
      return record.abort.signal.aborted;
    },
    async emit(records) {
      for (const one of records) record.emit(one);
    },
    async forward(signal) {
      if (signal.kind === 'watermark' && signal.idle !== true) context.advance(signal.time);
    },
    passBarrier() {},
    overflowed(records) {
      record.overflowed += records;
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
        await logic.write([one], new CountedOrigin('probe', ++record.fed));
      }
    },
    ...WITHOUT_STATE,
    watermark: (time: number) => void logic.signal?.({ kind: 'watermark', time }),
    async end() {
      if (record.failures.length > 0) return;
      await logic.end();
      ended = true;
    },
    close() {
      record.finish();
      if (!ended) logic.abort(new Error('the probe was closed'));
    },
  });
}
