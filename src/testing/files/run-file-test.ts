import { systemClock } from '../../core/clock.ts';
import { formatDuration } from '../../core/duration.ts';
import { isMillraceError, MillraceError, toError } from '../../core/errors.ts';
import { sinksOf } from '../../processing/graph/swap-nodes.ts';
import { placeOf } from '../../spec/source/source-text.ts';
import { playPipeline } from '../play-pipeline.ts';
import { compare, compareError, type Played } from './compare.ts';
import type { FileTest } from './test-model.ts';
import type { Difference, FileTestResult } from './test-result.ts';

export interface RunTestOptions {
  /** Aborting it ends the test. */
  readonly signal?: AbortSignal | undefined;
  /** How long a test may take in real time, in milliseconds. */
  readonly timeoutMs: number;
}

/** Runs one test. Rejects with the reason of the signal when that is aborted, and for nothing else. */
export async function runFileTest(
  test: FileTest,
  { signal, timeoutMs }: RunTestOptions,
): Promise<FileTestResult> {
  signal?.throwIfAborted();
  const { name, at, skip, expect } = test;
  const { line } = placeOf(at);
  if (skip !== undefined) {
    const reason = skip === '' ? {} : { reason: skip };
    return { name, line, status: 'skipped', durationMs: 0, differences: [], ...reason };
  }
  const began = performance.now();
  const late = new AbortController();
  const deadline = late.signal;
  const cancel = systemClock.schedule(() => late.abort(), timeoutMs);
  const outcome = await settled(test, signal === undefined ? deadline : AbortSignal.any([signal, deadline]));
  cancel();
  signal?.throwIfAborted();
  const durationMs = performance.now() - began;
  const result = (differences: readonly Difference[], error?: MillraceError): FileTestResult => ({
    name,
    line,
    status: differences.length === 0 && error === undefined ? 'passed' : 'failed',
    durationMs,
    differences,
    ...(error !== undefined && { error }),
  });
  if (!('error' in outcome)) return result(compare(expect, outcome));
  const { error } = outcome;
  if (deadline.aborted) return result([], tooLong(name, timeoutMs, error));
  if (expect?.error === undefined) return result([], error);
  const difference = compareError(expect.error, error);
  return result(difference === undefined ? [] : [difference]);
}

async function settled(
  test: FileTest,
  signal: AbortSignal,
): Promise<Played | { readonly error: MillraceError }> {
  try {
    const { pipeline, options } = await test.prepare();
    const sinks = sinksOf(pipeline);
    const played = await playPipeline(pipeline, { ...options, signal });
    return { ...played, letterSinks: sinks.filter(({ letters }) => letters).map(({ name }) => name) };
  } catch (thrown) {
    if (isMillraceError(thrown)) return { error: thrown };
    const message = `Cannot test "${test.name}": ${toError(thrown).message}`;
    return { error: new MillraceError('ERR_CALLBACK', message, { cause: thrown }) };
  }
}

function tooLong(name: string, timeoutMs: number, cause: MillraceError): MillraceError {
  return new MillraceError(
    'ERR_TIMEOUT',
    `Cannot end the test "${name}": it has taken more than ${formatDuration(timeoutMs)} of real time`,
    {
      cause,
      hint: 'Something waits for the world: let another operator stand in for it. For inputs without an end, say until.',
    },
  );
}
