import type { Reader } from './interfaces/reader.ts';
import { type HeldInput, type HeldOptions, inputReader, type PushOptions } from './io/memory/input-reader.ts';
import type { PushInput } from './io/memory/observable-reader.ts';
import { outputWriter } from './io/memory/output-writer.ts';
import { type LettersFlow, lettersFlow, readerFlow } from './processing/graph/enter.ts';
import type { Flow, FlowToolkit } from './processing/graph/flow.ts';

const toolkit: FlowToolkit = Object.freeze({ writer: outputWriter });

/**
 * The flow of any reader: what the namespaces (`csv.read` …) are made with, and how a reader of your
 * own enters the graph.
 *
 * @example
 * ```ts
 * import { type Reader, readFrom } from 'millrace';
 *
 * declare const sensor: Reader<number>;
 * const readings = readFrom(sensor);
 * ```
 */
export function readFrom<T>(reader: Reader<T>): Flow<T> {
  return readerFlow(reader, toolkit);
}

/**
 * The flow of anything that gives records: an array, an iterable, an async iterable, a promise, a
 * Node `Readable`, a web `ReadableStream`, or an Observable. An Observable cannot be held back, so it
 * needs an overflow strategy: what happens while the graph is full. Without one, the pipeline's check
 * reports it with all else that is wrong.
 *
 * With `position` and `resume`, a run that begins at a checkpoint goes on with it: `position` says where the input
 * stands behind a record, as plain data, and `resume` gives what follows that. Arrays, and iterables that can begin
 * again, need neither: the records that were read are passed over, and must be the same then. With `since`, a run can
 * begin at a time: it gives the records that are not older.
 *
 * @throws MillraceError `ERR_OPTIONS` for anything else. A run fails with `ERR_CALLBACK` when one of these
 * throws, and with `ERR_CHANGED` when an array or iterable has fewer records than were read of it.
 * @example
 * ```ts
 * import { from } from 'millrace';
 * import { interval } from 'rxjs';
 *
 * const numbers = from([1, 2, 3]);
 * const ticks = from(interval(100), { overflow: 'drop-oldest', size: 1000 });
 *
 * async function* eventsAfter(id: number) {
 *   for (let next = id + 1; next <= 10; next++) yield { id: next };
 * }
 * const events = from(eventsAfter(0), { position: (last) => last.id, resume: (id) => eventsAfter(id) });
 * ```
 */
export function from<T, P = unknown>(input: PushInput<T>, options: PushOptions<T, P>): Flow<T>;
export function from<T>(input: HeldInput<T>): Flow<T>;
export function from<T, P>(input: HeldInput<T>, options: HeldOptions<T, P>): Flow<T>;
export function from<T, P>(
  input: HeldInput<T> | PushInput<T>,
  options?: PushOptions<T, P> | HeldOptions<T, P>,
): Flow<T> {
  return readFrom(inputReader<T, P>(input, options));
}

/**
 * Dead letters as a flow: `deadLetter(letters)` in a policy sends to it, and it goes on like any
 * other flow, to be filtered, counted and written.
 *
 * @example
 * ```ts
 * import { csv, deadLetter, deadLetters, map, ndjson, pipeline } from 'millrace';
 *
 * const rejects = deadLetters();
 * const orders = csv.read('orders.csv', { onError: deadLetter(rejects) });
 *
 * export default pipeline('orders', [
 *   orders.to(ndjson.write('orders.ndjson')),
 *   rejects.pipe(map(({ error, raw }) => ({ why: error.message, raw }))).to(ndjson.write('rejects.ndjson')),
 * ]);
 * ```
 */
export function deadLetters(): LettersFlow {
  return lettersFlow(toolkit);
}
