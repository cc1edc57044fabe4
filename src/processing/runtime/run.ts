import { type Observable, Subject } from 'rxjs';
import { systemClock } from '../../core/clock.ts';
import { isMillraceError, type MillraceError } from '../../core/errors.ts';
import { Lifecycle } from '../../core/lifecycle.ts';
import { seededRandom } from '../../core/random.ts';
import type { Clock } from '../../interfaces/clock.ts';
import type { Spill } from '../../interfaces/memory.ts';
import type {
  Metrics,
  Progress,
  RunEvent,
  RunHandle,
  RunOptions,
  StopOptions,
  Summary,
} from '../../interfaces/run.ts';
import { type CheckpointSettings, checkpointSettings } from '../checkpoint/checkpoint-options.ts';
import { checkCheckpointable } from '../checkpoint/checkpointable.ts';
import type { Coordinator } from '../checkpoint/coordinator.ts';
import { closeOpened, openCheckpoints } from '../checkpoint/open-checkpoints.ts';
import { stateLimits } from '../graph/state-options.ts';
import type { Plan } from '../plan/plan.ts';
import { type AroundRun, afterwards } from './around-run.ts';
import { type Beginnings, beginningsOf } from './beginnings.ts';
import { Closings } from './closings.ts';
import { patiently } from './patience.ts';
import type { RunContext } from './run-context.ts';
import { aborted, endState, keepAlive, stallTime, whenAborted, wrapped } from './run-options.ts';
import { checkBalance, runSummary } from './run-summary.ts';
import { MemoryBudget } from './spill/memory-budget.ts';
import { SpillFolder } from './spill/spill-folder.ts';
import type { Stage } from './stage.ts';
import { StopLimit } from './stop-limit.ts';
import { metrics, progress } from './telemetry.ts';
import { watch } from './watchdog.ts';
import { upstreamOf, type Wired, wire } from './wiring.ts';

const NOTHING: Wired = { stages: [], edges: [] };

/** One execution of a plan. */
export class Run implements RunHandle, RunContext {
  readonly pipeline: string;
  readonly done: Promise<Summary>;
  readonly progress$: Observable<Progress>;
  readonly metrics$: Observable<Metrics>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly debug: boolean;
  readonly memory: MemoryBudget;
  beginnings: Beginnings;
  readonly #spill: SpillFolder;
  readonly #events = new Subject<RunEvent>();
  readonly #controller = new AbortController();
  readonly #lifecycle = new Lifecycle();
  /** What readers are still closing. */
  readonly #closings = new Closings((error) => this.fail(error));
  readonly #failed = Promise.withResolvers<never>();
  readonly #began: number;
  readonly plan: Plan;
  readonly #settings: CheckpointSettings | undefined;
  readonly #stopLimit: StopLimit;
  readonly #stages = (): readonly Stage[] => this.#wired.stages;
  readonly #report = (event: RunEvent) => this.emit(event);
  readonly #suspended = Promise.withResolvers<void>();
  #checkpoints: Coordinator | undefined;
  #wired = NOTHING;
  #cause: { readonly error: MillraceError } | undefined;
  #secondary: unknown[] = [];
  #stopping = false;
  /** Whether all stands still behind a last checkpoint. */
  #standsStill = false;
  /** Whether records may be on their way. */
  #flowing = false;
  #settled = false;

  constructor(name: string, plan: Plan, options: RunOptions, around?: AroundRun) {
    this.pipeline = name;
    this.clock = options.clock ?? systemClock;
    this.random = options.seed === undefined ? Math.random : seededRandom(options.seed);
    this.debug = options.debug ?? false;
    const { memory, spill } = stateLimits(plan, options);
    this.memory = new MemoryBudget(memory);
    this.#spill = new SpillFolder(spill);
    this.#lifecycle.add('temporary folder', () => this.#spill.close());
    this.#began = this.clock.now();
    this.#failed.promise.catch(() => {});
    const stallAfter = stallTime(options);
    this.plan = plan;
    this.beginnings = beginningsOf(name, plan.graph, options.from);
    this.#settings = options.checkpoint && checkpointSettings(options.checkpoint);
    if (this.#settings !== undefined) checkCheckpointable(name, plan.graph, this.#settings.require);
    if (this.#settings === undefined) this.#wired = this.#wire();
    const over = Promise.withResolvers<void>();
    this.#stopLimit = new StopLimit(name, this, this.#stages, this.#settings !== undefined);
    const observed = { clock: this.clock, stages: this.#stages, began: this.#began, over: over.promise };
    this.progress$ = progress(observed);
    this.metrics$ = metrics(observed);
    this.done = afterwards(this.#execute(around), around, this.#events).finally(() => over.resolve());
    this.#watch(stallAfter, options.signal);
    // A run may be started for its events alone; a rejection that is looked at nowhere else must not end the process.
    this.done.catch(() => {});
  }

  /** Operators that cannot be made fail the run, not the call that starts it. */
  #wire(): Wired {
    try {
      return wire(this.plan, this);
    } catch (error) {
      this.fail(error);
      return NOTHING;
    }
  }

  get events$(): Observable<RunEvent> {
    return this.#events.asObservable();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get checkpoints(): Coordinator | undefined {
    return this.#checkpoints;
  }

  spillOf(node: string): Spill {
    return this.#spill.of(this.#checkpoints?.files(node));
  }

  get observed(): boolean {
    return this.#events.observed;
  }

  emit(event: RunEvent): void {
    this.#events.next(event);
  }

  closing(closed: Promise<unknown>): void {
    this.#closings.add(closed);
  }

  fail(error: unknown): void {
    if (this.#settled) return;
    if (this.#cause !== undefined) {
      const { error: cause } = this.#cause;
      if (error !== cause && error !== cause.cause) this.#secondary.push(error);
      return;
    }
    const cause = isMillraceError(error) ? error : wrapped(error, this.pipeline);
    this.#cause = { error: cause };
    this.#checkpoints?.abandon();
    this.#controller.abort(cause);
    this.#failed.reject(cause);
  }

  stop(options: StopOptions = {}): Promise<Summary> {
    if (!this.#settled) this.#stopLimit.begin(options);
    if (!this.#stopping && !this.#settled) {
      this.#stopping = true;
      this.emit({ type: 'stopping' });
      if (this.#settings === undefined) for (const stage of this.#wired.stages) stage.halt();
      else if (this.#flowing) void this.#suspend(this.#checkpoints!);
    }
    return this.done;
  }

  /** What was over by then goes its way to the end. */
  async #suspend(checkpoints: Coordinator): Promise<void> {
    const complete = await checkpoints.stop();
    if (!complete || this.#wired.stages.every(({ over }) => over)) return;
    this.#standsStill = true;
    this.#suspended.resolve();
  }

  async abort(reason?: unknown): Promise<void> {
    this.fail(aborted(reason, this.pipeline));
    await this.done.catch(() => {});
  }

  async #execute(around: AroundRun | undefined): Promise<Summary> {
    // Subscribers to events$ come after start() has returned.
    await Promise.resolve();
    try {
      this.emit({ type: 'started', pipeline: this.pipeline, stages: this.plan.stages.length });
      const summary = await Promise.race([this.#begin(around), this.#failed.promise]);
      await this.#closings.settled();
      this.#settled = true;
      this.emit({ type: 'ended', state: summary.state, summary });
      return summary;
    } catch (error) {
      this.fail(error);
      throw await this.#tearDown();
    } finally {
      this.#settled = true;
      this.#controller.abort();
      await this.#lifecycle.close();
    }
  }

  /** Finds out what there is to go on with, if the run makes checkpoints. */
  async #begin(around: AroundRun | undefined): Promise<Summary> {
    if (around !== undefined && this.#cause === undefined) await around.before(this.#report);
    if (this.#settings === undefined) return this.#flow();
    this.#throwCause();
    const opening = openCheckpoints(this.pipeline, this.plan.graph, this.#settings, {
      clock: this.clock,
      began: this.#began,
      signal: this.signal,
      beginnings: this.beginnings,
      emit: this.#report,
      fail: (error) => this.fail(error),
    });
    // A disk that does not answer must not keep a run that has failed from its end.
    const close = () =>
      this.#cause === undefined ? closeOpened(opening) : patiently(closeOpened(opening), 'the store');
    this.#lifecycle.add('checkpoint store', close);
    const opened = await opening;
    if ('summary' in opened) return opened.summary;
    this.#throwCause();
    ({ coordinator: this.#checkpoints, beginnings: this.beginnings } = opened);
    this.#wired = this.#wire();
    return this.#flow();
  }

  /** Downstream first: sinks are open before anything is read. Nothing is published before all is accounted for. */
  async #flow(): Promise<Summary> {
    const { stages } = this.#wired;
    const checkpoints = this.#checkpoints;
    const sinks = stages.flatMap((stage) => stage.sink ?? []);
    this.#throwCause();
    await this.#all(sinks.map((sink) => sink.open()));
    await checkpoints?.start(stages.map((stage) => stage.checkpointed(upstreamOf(stage, this.#wired))));
    for (const stage of stages.toReversed()) stage.connect();
    this.#flowing = true;
    if (this.#stopping && checkpoints !== undefined) void this.#suspend(checkpoints);
    await Promise.race([this.#suspended.promise, Promise.all(stages.map((stage) => stage.finished))]);
    await this.#closings.settled();
    this.#throwCause();
    checkBalance(this.#summary());
    if (this.#standsStill) return this.#standStill();
    await checkpoints?.finish();
    await this.#all(sinks.map((sink) => sink.close()));
    const summary = this.#summary();
    await checkpoints?.published(summary);
    return summary;
  }

  /** Lets go of everything behind the last checkpoint; what sinks have prepared stays. */
  async #standStill(): Promise<Summary> {
    const summary = this.#summary();
    await Promise.all(this.#wired.stages.map((stage) => stage.destroy(undefined)));
    return summary;
  }

  /** Waits for all; the first to fail fails the run at once, so that one which never settles cannot hide it. */
  async #all(tasks: readonly Promise<void>[]): Promise<void> {
    await Promise.all(tasks.map((task) => task.catch((error: unknown) => this.fail(error))));
    this.#throwCause();
  }

  #throwCause(): void {
    if (this.#cause !== undefined) throw this.#cause.error;
  }

  #summary(): Summary {
    return runSummary({
      pipeline: this.pipeline,
      began: this.#began,
      clock: this.clock,
      memory: this.memory,
      spilled: this.#spill.written,
      standsStill: this.#standsStill,
      checkpoints: this.#checkpoints?.summary,
      ...this.#wired,
    });
  }

  /** Upstream first; returns the cause, with what failed on the way attached. */
  async #tearDown(): Promise<MillraceError> {
    const { error } = this.#cause!;
    const results = await Promise.allSettled(this.#wired.stages.map((stage) => stage.destroy(error)));
    for (const result of results) if (result.status === 'rejected') this.#secondary.push(result.reason);
    await patiently(this.#closings.settled(), 'what the readers are closing').catch((late: unknown) =>
      this.#secondary.push(late),
    );
    error.secondary.push(...this.#secondary);
    this.#settled = true;
    this.emit({ type: 'ended', state: endState(error), error });
    return error;
  }

  #watch(stallAfter: number | undefined, signal: AbortSignal | undefined): void {
    this.#lifecycle.add('keep-alive', keepAlive());
    this.#lifecycle.add('limit of the stop', () => this.#stopLimit.cancel());
    if (stallAfter !== undefined)
      this.#lifecycle.add('watchdog', watch(this.#stages, this.clock, stallAfter, this.#report));
    const abort = (reason: unknown) => void this.abort(reason);
    this.#lifecycle.add('abort listener', whenAborted(signal, abort));
  }
}
