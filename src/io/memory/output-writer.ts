import { Writable } from 'node:stream';
import type { WritableStream } from 'node:stream/web';
import { MillraceError } from '../../core/errors.ts';
import type { Writer } from '../../interfaces/writer.ts';
import { nodeWritable } from './node-writable.ts';
import { webWritable } from './web-writable.ts';

/** Where a flow can go. */
export type Output<T> = Writer<T> | Writable | WritableStream<T>;

/**
 * A writer for any output: a writer as it is, a Node `Writable`, or a web `WritableStream`.
 *
 * @throws MillraceError `ERR_OPTIONS` for anything else.
 * @example
 * ```ts
 * import { from, pipeline, run } from 'millrace';
 *
 * await run(pipeline('print', [from(['a\n', 'b\n']).to(process.stdout)]));
 * ```
 */
export function outputWriter<T>(output: Output<T>): Writer<T> {
  if (isWriter<T>(output)) return output;
  if (isNodeWritable(output)) return nodeWritable(output);
  if (isWebWritable<T>(output)) return webWritable(output);
  throw new MillraceError('ERR_OPTIONS', `Cannot write to ${describe(output)}: it is no output`, {
    hint: 'Give a writer such as csv.write(path), toArray() or forEach(fn), a Node Writable or a web WritableStream.',
  });
}

function isWriter<T>(output: unknown): output is Writer<T> {
  return has(output, 'open') && typeof Reflect.get(output as object, 'traits') === 'object';
}

function isNodeWritable(output: unknown): output is Writable {
  return output instanceof Writable || (has(output, 'write') && has(output, 'end') && has(output, 'on'));
}

function isWebWritable<T>(output: unknown): output is WritableStream<T> {
  return has(output, 'getWriter');
}

function has(output: unknown, method: string): boolean {
  return typeof output === 'object' && output !== null && typeof Reflect.get(output, method) === 'function';
}

function describe(output: unknown): string {
  if (output === null) return 'null';
  if (typeof output === 'function') return 'a function';
  return Array.isArray(output) ? 'an array' : typeof output;
}
