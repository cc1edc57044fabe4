import { systemClock } from './core/clock.ts';
import { checkedPlugins } from './core/plugin-list.ts';
import type { RunHandle, RunOptions, Summary } from './interfaces/run.ts';
import { publishDiagnostics } from './observe/diagnostics.ts';
import { logEvents } from './observe/logging.ts';
import { RunHooks } from './observe/run-hooks.ts';
import { isPipeline, type Pipeline } from './processing/graph/pipeline.ts';
import { startPipeline } from './processing/runtime/start.ts';

/**
 * Starts a pipeline and returns its handle: `done`, `stop()`, `abort()`, `progress$`, `events$`,
 * `metrics$`. The same pipeline may run many times, also at the same time.
 *
 * @throws MillraceError `ERR_OPTIONS` for wrong options; failures of the run itself reject `done`.
 * @example
 * ```ts
 * import { discard, from, pipeline, start } from 'millrace';
 *
 * const live = start(pipeline('numbers', from([1, 2, 3]).to(discard())));
 * live.events$.subscribe((event) => console.log(event.type));
 * const { balance } = await live.done;
 * console.log(balance.written); // 3
 * ```
 */
export function start(pipeline: Pipeline, options: RunOptions = {}): RunHandle {
  const { plugins = [], clock = systemClock } = options;
  const hooked = checkedPlugins(plugins).filter(({ hooks }) => hooks !== undefined);
  // What is no pipeline is refused below.
  const hooks =
    hooked.length > 0 && isPipeline(pipeline) ? new RunHooks(pipeline.name, hooked, clock) : undefined;
  const handle = startPipeline(pipeline, options, hooks);
  hooks?.follow(handle.events$);
  if (options.logger !== undefined) logEvents(pipeline.name, handle, options.logger);
  publishDiagnostics(pipeline.name, handle);
  return handle;
}

/**
 * Runs a pipeline to its end: `start(pipeline, options).done`. Resolves with the summary and its
 * balance; rejects with the first cause of failure, when everything is closed.
 *
 * @example
 * ```ts
 * import { discard, from, pipeline, run } from 'millrace';
 *
 * const { balance } = await run(pipeline('numbers', from([1, 2, 3]).to(discard())));
 * console.log(balance.read, balance.closed); // 3 true
 * ```
 */
export function run(pipeline: Pipeline, options: RunOptions = {}): Promise<Summary> {
  return start(pipeline, options).done;
}
