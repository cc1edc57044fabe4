import type { Observable } from 'rxjs';
import { formatDuration } from '../core/duration.ts';
import { isMillraceError, MillraceError, toError } from '../core/errors.ts';
import type { Clock } from '../interfaces/clock.ts';
import type { HookRun, Plugin, PluginHooks, RunOutcome } from '../interfaces/plugin.ts';
import type { RunEvent } from '../interfaces/run.ts';

type HookName = keyof PluginHooks;
type Report = (event: RunEvent) => void;

/** How long a run waits for one `beforeRun`, and for all that hooks still do when it is over, in milliseconds. */
const BEFORE_MS = 30_000;
const AFTER_MS = 10_000;

/** Calls of one hook that may be under way: what they hold is bounded, however many records fail. */
const MOST_CALLS = 100;

/** A hook of a plugin, and how it did. */
class Hook {
  readonly plugin: string;
  readonly name: HookName;
  readonly call: (...given: unknown[]) => unknown;
  readonly underWay = new Set<Promise<unknown>>();
  failures = 0;
  omitted = 0;
  last: Error | undefined;

  constructor(plugin: string, name: HookName, call: (...given: never[]) => unknown) {
    this.plugin = plugin;
    this.name = name;
    this.call = call as Hook['call'];
  }
}

/** The hooks of plugins for one run: calls them, holds them to their time, and reports what fails. */
export class RunHooks {
  readonly #hooks: readonly Hook[];
  readonly #run: HookRun;
  readonly #clock: Clock;
  readonly #over = new AbortController();
  readonly #limits = new Set<() => void>();
  #report: Report = () => {};
  #ending = false;

  constructor(pipeline: string, plugins: readonly Plugin[], clock: Clock) {
    this.#hooks = plugins.flatMap(({ name, hooks = {} }) =>
      Object.entries(hooks).map(([hook, call]) => new Hook(name, hook as HookName, call)),
    );
    this.#run = Object.freeze({ pipeline, signal: this.#over.signal });
    this.#clock = clock;
  }

  /** Follows the events of the run, if any hook is for one: being observed costs a run something. */
  follow(events$: Observable<RunEvent>): void {
    const calls = { 'failed-record': this.#of('onRecordError'), checkpoint: this.#of('onCheckpoint') };
    if (calls['failed-record'].length === 0 && calls.checkpoint.length === 0) return;
    events$.subscribe((event) => {
      if (event.type !== 'failed-record' && event.type !== 'checkpoint') return;
      const { type, ...what } = event;
      for (const hook of calls[type]) this.#tell(hook, what);
    });
  }

  /**
   * Calls each `beforeRun`, one after another, as long as the run is not over.
   *
   * @throws MillraceError `ERR_PLUGIN` for the first that fails: the run is refused.
   */
  async before(report: Report): Promise<void> {
    this.#report = report;
    for (const hook of this.#of('beforeRun')) {
      if (this.#ending) return;
      try {
        await this.#within(this.#called(hook, this.#run), hook, BEFORE_MS);
      } catch (thrown) {
        throw refusal(this.#run.pipeline, hook, thrown);
      }
    }
  }

  /** Waits for what hooks are still doing, then calls each `afterRun`; never rejects. */
  async after(outcome: RunOutcome, report: Report): Promise<void> {
    this.#report = report;
    this.#ending = true;
    // Of a `beforeRun` that the run did not wait for any longer.
    for (const cancel of this.#limits) cancel();
    const last = this.#hooks.map(async (hook) => {
      const calls = [...hook.underWay];
      if (hook.name === 'afterRun') calls.push(this.#called(hook, this.#run, outcome));
      try {
        await this.#within(Promise.all(calls), hook, AFTER_MS);
      } catch (thrown) {
        // What a call under way rejects with has been noted by itself.
        if (hook.name === 'afterRun' || isLate(thrown)) this.#note(hook, thrown);
      }
    });
    await Promise.all(last);
    this.#over.abort();
    for (const hook of this.#hooks) this.#reportTotal(hook);
  }

  #of(name: HookName): readonly Hook[] {
    return this.#hooks.filter((hook) => hook.name === name);
  }

  async #called(hook: Hook, ...given: readonly unknown[]): Promise<void> {
    // Not as a method: what is in here is nothing to them.
    const { call } = hook;
    await call(...given);
  }

  /** Calls a hook that nobody waits for. */
  #tell(hook: Hook, what: object): void {
    if (hook.underWay.size >= MOST_CALLS) {
      hook.omitted++;
      return;
    }
    const call = this.#called(hook, what, this.#run).catch((thrown: unknown) => this.#note(hook, thrown));
    hook.underWay.add(call);
    void call.then(() => hook.underWay.delete(call));
  }

  /** Reports the first failure of a hook at once; how many there were comes at the end. */
  #note(hook: Hook, thrown: unknown): void {
    hook.failures++;
    hook.last = toError(thrown);
    if (hook.failures === 1) this.#reportFailure(hook, hook.last, 1);
  }

  #reportTotal(hook: Hook): void {
    const { plugin, name, failures, omitted, last } = hook;
    if (failures > 1) this.#reportFailure(hook, last!, failures);
    if (omitted === 0) return;
    const calls = omitted === 1 ? '1 call was' : `${omitted} calls were`;
    const found = `Cannot call ${name} of plugin "${plugin}": ${MOST_CALLS} of its calls had not settled, so that ${calls} left out`;
    const hint = 'Let it gather what it is told, and send that now and then.';
    this.#reportFailure(hook, new MillraceError('ERR_PLUGIN', found, { hint }), omitted);
  }

  #reportFailure({ plugin, name }: Hook, error: Error, times: number): void {
    this.#report({ type: 'hook-failed', plugin, hook: name, error, times });
  }

  async #within(work: Promise<unknown>, { plugin, name }: Hook, ms: number): Promise<void> {
    const late = Promise.withResolvers<never>();
    const found = `Cannot wait for ${name} of plugin "${plugin}": it has not settled in ${formatDuration(ms)}`;
    const cancel = this.#clock.schedule(() => late.reject(new MillraceError('ERR_TIMEOUT', found)), ms);
    this.#limits.add(cancel);
    try {
      await Promise.race([work, late.promise]);
    } finally {
      cancel();
      this.#limits.delete(cancel);
    }
  }
}

function isLate(thrown: unknown): boolean {
  return isMillraceError(thrown) && thrown.code === 'ERR_TIMEOUT';
}

function refusal(pipeline: string, { plugin, name }: Hook, thrown: unknown): MillraceError {
  const cause = toError(thrown);
  return new MillraceError(
    'ERR_PLUGIN',
    `Cannot run "${pipeline}": ${name} of plugin "${plugin}" failed: ${cause.message}`,
    {
      cause: thrown,
      details: { plugin, hook: name },
      ...(isMillraceError(thrown) && thrown.hint !== undefined && { hint: thrown.hint }),
    },
  );
}
