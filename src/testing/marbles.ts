import { Observable, type Subscriber } from 'rxjs';
import { batch, CountedOrigin } from '../core/batch.ts';
import { type Duration, duration } from '../core/duration.ts';
import type { Clock } from '../interfaces/clock.ts';
import type { ReadContext, Reader } from '../interfaces/reader.ts';
import type { Item } from '../interfaces/signal.ts';
import { type Marble, type ParsedMarbles, parseMarbles } from './parse-marbles.ts';

/** How a diagram is read. */
export interface MarblesOptions {
  /** How long one character takes. @default '1ms' */
  readonly frame?: Duration;
  /** What `#` fails with. @default an error that says so */
  readonly error?: unknown;
}

/** A diagram of what comes when; as a reader it emits just that, by the clock of the run. */
export interface Marbles<T> extends Reader<T> {
  readonly diagram: string;
  /** What comes when, in order. */
  readonly events: readonly Marble<T>[];
  /** How long the diagram is, in milliseconds. */
  readonly lengthMs: number;
  /** Whether it ends, by `|` or `#`. */
  readonly ends: boolean;
}

/**
 * Says in a line what comes when, close to the marbles of RxJS. As a reader it emits that: each record or
 * group in a batch of its own, one frame after the opening for each character.
 *
 * | what | means |
 * | --- | --- |
 * | `a` | a record: what `values` has under that character, or the character itself |
 * | `(ab)` | records of one batch; whatever is in the group comes at the time of its `(` |
 * | `-` | a frame of time, as each other character takes one, those in groups included |
 * | ` 10ms ` | so much time; blanks take none |
 * | `w5`, `~` | a watermark, that event time has reached 5; that nothing comes at present |
 * | `b7` | barrier 7 |
 * | `\|`, `#` | the end, and a failure: without either, it stays open |
 *
 * @throws MillraceError `ERR_OPTIONS` that says where the diagram is wrong, and which record has no value.
 * @example
 * ```ts
 * import { map, readFrom } from 'millrace';
 * import { expectMarbles, marbles } from 'millrace/testing';
 *
 * const numbers = readFrom(marbles('a-(bc)-w5-|', { a: 1, b: 2, c: 3 }));
 * const doubled = numbers.pipe(map((n) => n * 2));
 * await expectMarbles(doubled, 'x-(yz)-w5-|', { x: 2, y: 4, z: 6 });
 * ```
 */
export function marbles(diagram: string, values?: undefined, options?: MarblesOptions): Marbles<string>;
export function marbles<T>(
  diagram: string,
  values: Readonly<Record<string, T>>,
  options?: MarblesOptions,
): Marbles<T>;
export function marbles<T>(
  diagram: string,
  values?: Readonly<Record<string, T>>,
  options: MarblesOptions = {},
): Marbles<T> {
  const frame = duration(options.frame ?? 1, 'frame of marbles()');
  const parsed: ParsedMarbles<T> = parseMarbles(diagram, values, frame);
  const error = 'error' in options ? options.error : new Error('the # of the marbles');
  const label = `marbles ${diagram.trim()}`;
  return Object.freeze({
    name: 'marbles',
    label,
    traits: Object.freeze({ bounded: parsed.ends, replay: 'none', splittable: false }),
    diagram,
    ...parsed,
    open: (context: ReadContext) =>
      new Observable<Item<T>>((subscriber) => {
        const failed = (thrown: unknown) => subscriber.error(thrown);
        play(parsed.events, { subscriber, context, label, error }).catch(failed);
      }),
  });
}

interface Playing<T> {
  readonly subscriber: Subscriber<Item<T>>;
  readonly context: ReadContext;
  readonly label: string;
  readonly error: unknown;
}

/** Emits each item when it is due and there is room, in this order. */
async function play<T>(events: readonly Marble<T>[], playing: Playing<T>): Promise<void> {
  const { subscriber, context, label, error } = playing;
  const { clock, demand } = context;
  const opened = clock.now();
  let record = 1;
  for (const event of events) {
    await until(clock, opened + event.at, subscriber);
    if (event.kind !== 'end' && event.kind !== 'error') await demand.ready();
    if (subscriber.closed) return;
    switch (event.kind) {
      case 'records':
        subscriber.next(batch(event.records, new CountedOrigin(label, record)));
        record += event.records.length;
        break;
      case 'signal':
        subscriber.next(event.signal);
        break;
      case 'error':
        subscriber.error(error);
        return;
      case 'end':
        subscriber.complete();
        return;
    }
  }
}

async function until(clock: Clock, time: number, subscriber: Subscriber<unknown>): Promise<void> {
  const wait = time - clock.now();
  if (wait <= 0) return;
  await new Promise<void>((resolve) => {
    subscriber.add(clock.schedule(resolve, wait));
    subscriber.add(resolve);
  });
}
