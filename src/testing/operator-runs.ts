import assert from 'node:assert/strict';
import { Observable } from 'rxjs';
import { batch, CountedOrigin } from '../core/batch.ts';
import { isMillraceError } from '../core/errors.ts';
import { from, readFrom } from '../from.ts';
import type { Operator } from '../interfaces/operator.ts';
import type { ReadContext, Reader } from '../interfaces/reader.ts';
import type { RunHandle, Summary } from '../interfaces/run.ts';
import type { Item } from '../interfaces/signal.ts';
import { type ArrayWriter, toArray } from '../io/memory/to-array.ts';
import type { Flow } from '../processing/graph/flow.ts';
import { pipeline } from '../processing/graph/pipeline.ts';
import { defineOperator } from '../processing/operators/define-operator.ts';
import { take } from '../processing/operators/take.ts';
import { start } from '../start.ts';
import type { OperatorCases } from './operator-conformance.ts';
import { probeOperator } from './operator-probe.ts';
import { turns } from './turns.ts';

/** How a scripted reader ends. */
type Ending = 'complete' | 'never' | { readonly error: Error };

/** A reader that emits exactly these items, then ends as told. */
function script<T>(items: readonly Item<T>[], ending: Ending): Reader<T> {
  return {
    name: 'script',
    label: 'script',
    traits: { bounded: true, replay: 'none', splittable: false },
    open: ({ demand }: ReadContext) =>
      new Observable<Item<T>>((subscriber) => {
        const emit = async (): Promise<void> => {
          for (const item of items) {
            await demand.ready();
            if (subscriber.closed) return;
            subscriber.next(item);
          }
          if (ending === 'complete') subscriber.complete();
          else if (ending !== 'never') subscriber.error(ending.error);
        };
        void emit();
      }),
  };
}

function records<T>(of: readonly T[], first: number): Item<T> {
  return batch(of, new CountedOrigin('script', first));
}

interface Outcome<B> {
  readonly handle: RunHandle;
  readonly out: ArrayWriter<B>;
}

function launch<A, B>(source: Flow<A>, operator: Operator<A, B>): Outcome<B> {
  const out = toArray<B>();
  return { handle: start(pipeline('conformance', source.pipe(operator).to(out))), out };
}

async function closes({ handle, out }: Outcome<unknown>, expected: readonly unknown[]): Promise<Summary> {
  const summary = await handle.done;
  assert.deepEqual(out.records, expected);
  assert.deepEqual(summary.balance.gaps, []);
  return summary;
}

/** A reader that never emits: the run goes on until it is aborted, and leaves nothing behind. */
export async function runsNever<A, B>(operator: Operator<A, B>): Promise<void> {
  const { handle, out } = launch(readFrom(script<A>([], 'never')), operator);
  await handle.abort(new Error('enough'));
  await handle.done.catch(isAborted);
  assert.deepEqual(out.records, []);
}

function isAborted(error: unknown): void {
  assert.ok(isMillraceError(error) && error.code === 'ERR_ABORTED', `it ended with ${String(error)}`);
}

/** In one batch, and with each record in a batch of its own. */
export async function runsThrough<A, B>(
  operator: Operator<A, B>,
  input: readonly A[],
  output: readonly B[],
): Promise<void> {
  await closes(launch(readFrom(script([records(input, 1)], 'complete')), operator), output);
  const single = input.map((record, index) => records([record], index + 1));
  await closes(launch(readFrom(script(single, 'complete')), operator), output);
}

/** A reader that fails: its error is the run's, and nothing is published. */
export async function runsIntoError<A, B>(
  operator: Operator<A, B>,
  cases: OperatorCases<A, B>,
): Promise<void> {
  const cause = new Error('the reader broke');
  const source = readFrom(script([records(cases.input.slice(0, 1), 1)], { error: cause }));
  const { handle, out } = launch(source, operator);
  const outcome = await handle.done.then(
    () => undefined,
    (error: unknown) => error,
  );
  // An operator that has ended the branch by then has no more use for the reader.
  if (outcome === undefined) assert.ok(cases.endsItself, 'the run did not notice that its reader failed');
  else {
    assert.equal((outcome as Error).cause, cause);
    assert.deepEqual(out.records, []);
  }
}

/** An endless source: a branch that has enough ends the run, and the source is closed. */
export async function stopsEndless<A, B>(
  operator: Operator<A, B>,
  cases: OperatorCases<A, B>,
): Promise<void> {
  // An operator that wants nothing at all may leave it unopened.
  let closed = true;
  const endless = {
    *[Symbol.iterator]() {
      closed = false;
      try {
        for (;;) yield* cases.input;
      } finally {
        closed = true;
      }
    },
  };
  if (await emitsAtEndOnly(operator, cases)) {
    await leavesEndless(operator, endless);
    assert.ok(closed, 'the source was left open');
    return;
  }
  const enough = Math.min(1, cases.output.length);
  const out = toArray<B>();
  const flow = from(endless).pipe(operator, take<B>(enough));
  const { balance } = await start(pipeline('conformance', flow.to(out))).done;
  assert.deepEqual(balance.gaps, []);
  assert.deepEqual(out.records.length, enough);
  assert.ok(closed, 'the source was left open');
}

async function emitsAtEndOnly<A, B>(operator: Operator<A, B>, cases: OperatorCases<A, B>): Promise<boolean> {
  const probe = probeOperator(operator);
  for (let round = 0; round < 3; round++) {
    await probe.feed(cases.input);
    await turns();
  }
  const silent = probe.output.length === 0 && !probe.completed;
  probe.close();
  return silent;
}

/** Of an endless source, what emits at the end only makes nothing: the run goes on until it is aborted. */
async function leavesEndless<A, B>(operator: Operator<A, B>, endless: Iterable<A>): Promise<void> {
  const { handle, out } = launch(from(endless), operator);
  await turns(3);
  await handle.abort(new Error('enough'));
  await handle.done.catch(isAborted);
  assert.deepEqual(out.records, []);
}

/** Watermarks and barriers pass in their place among the records. */
export async function passesSignals<A, B>(
  operator: Operator<A, B>,
  cases: OperatorCases<A, B>,
): Promise<void> {
  const items: Item<A>[] = [
    records(cases.input.slice(0, 1), 1),
    { kind: 'watermark', time: 1 },
    { kind: 'barrier', id: 7 },
    records(cases.input.slice(1), 2),
    { kind: 'watermark', time: 2 },
  ];
  const log: (B | { readonly watermark: number })[] = [];
  const spy = defineOperator<B, B>({
    name: 'spy',
    cardinality: 'one',
    create: () => ({
      push(record, emit) {
        log.push(record);
        emit(record);
      },
      watermark: (watermark) => void log.push({ watermark }),
    }),
  });
  const flow = readFrom(script(items, 'complete')).pipe(operator, spy);
  const handle = start(pipeline('conformance', flow.to(toArray<B>())));
  const barriers: string[] = [];
  handle.events$.subscribe((event) => {
    if (event.type === 'barrier') barriers.push(`${event.id} ${event.node}`);
  });
  await handle.done;
  const marks = log.filter(isMark);
  if (cases.endsItself === true) {
    assert.deepEqual(marks, [{ watermark: 1 }, { watermark: 2 }].slice(0, marks.length));
    return;
  }
  if (cases.holdsTime === true) {
    assert.deepEqual(log.at(-1), { watermark: 2 }, 'event time did not go on behind the last record');
  } else assert.deepEqual(marks, [{ watermark: 1 }, { watermark: 2 }]);
  assert.ok(
    barriers.some((barrier) => barrier.startsWith('7 array')),
    `the barrier did not reach the sink: ${barriers.join(', ')}`,
  );
  // Nobody can tell which output of a foreign stream belongs to which input.
  if (operator.kind !== 'duplex' && cases.holdsTime !== true) {
    assert.deepEqual(log.slice(0, log.findIndex(isMark)), cases.beforeWatermark ?? cases.one);
  }
}

function isMark(entry: unknown): entry is { readonly watermark: number } {
  return typeof entry === 'object' && entry !== null && 'watermark' in entry;
}

/** A callback that fails ends the run with a clear error, and nothing is published. */
export async function runsIntoFault<A, B>(
  operator: Operator<A, B>,
  cases: OperatorCases<A, B>,
): Promise<void> {
  const { handle, out } = launch(from(cases.input), operator);
  const outcome = await handle.done.then(
    () => 'a success',
    (error: unknown) => error,
  );
  assert.ok(isMillraceError(outcome), `it ended with ${String(outcome)}`);
  assert.match(outcome.message, /^Cannot .+: .+/);
  assert.deepEqual(out.records, []);
}
