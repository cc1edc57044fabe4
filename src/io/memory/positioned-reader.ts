import { defer, map } from 'rxjs';
import { z } from 'zod';
import { batch } from '../../core/batch.ts';
import { checkedPosition } from '../../core/changed-error.ts';
import { MillraceError, toError } from '../../core/errors.ts';
import type { BatchOrigin, Origin } from '../../interfaces/batch.ts';
import type { ReadContext, Reader } from '../../interfaces/reader.ts';
import type { Item } from '../../interfaces/signal.ts';

/** How a run goes on with an input that does not know by itself where it stands. */
export interface PositionHook<T, P, I> {
  /**
   * Where the input stands behind this record, as plain data: numbers, text, arrays and objects of them. Called with
   * the last record of each batch, before anything else sees it; `undefined` where that cannot be told.
   */
  readonly position: (last: T) => P | undefined;
  /** What to read when a run goes on: the records that follow this position. */
  readonly resume: (position: P) => I;
}

const HookPositionSchema = z.strictObject({
  records: z.number().int().min(0),
  /** What the hook said; absent before the first record. */
  at: z.unknown().optional(),
});

type HookPosition = z.output<typeof HookPositionSchema>;

/**
 * A reader of an input with a hook for its positions. Records keep the numbers that they would have in a run that was
 * not interrupted.
 */
export function positionedReader<T, P, I>(
  input: I,
  hook: PositionHook<T, P, I>,
  read: (input: I) => Reader<T>,
): Reader<T> {
  const fresh = read(input);
  const { label } = fresh;
  return Object.freeze({
    ...fresh,
    traits: Object.freeze({ ...fresh.traits, replay: 'position' as const }),
    open: (context: ReadContext) =>
      defer(() => {
        const { from } = context;
        const start: HookPosition =
          from === undefined ? { records: 0 } : checkedPosition(HookPositionSchema, from, label);
        const standing = new HookStanding(start, label, hook.position);
        context.positioned(() => standing.position);
        const resumed = () => read(hook.resume(start.at as P));
        const reader = start.at === undefined ? fresh : called(label, 'resume', resumed);
        return reader.open(unpositioned(context)).pipe(map((item) => standing.pass(item)));
      }),
  });
}

/** What the reader within tells of its own positions nobody hears. */
function unpositioned({ from: _, ...context }: ReadContext): ReadContext {
  return { ...context, positioned: () => () => undefined };
}

/** Where an input stands, as its hook says: asked at once, since whoever gets a record may change it. */
class HookStanding<T> {
  position: HookPosition | undefined;
  readonly #start: number;
  readonly #label: string;
  readonly #tell: (last: T) => unknown;
  #records: number;

  constructor(start: HookPosition, label: string, tell: (last: T) => unknown) {
    this.position = start;
    this.#start = start.records;
    this.#records = start.records;
    this.#label = label;
    this.#tell = tell;
  }

  /** The item with the numbers that its records have in all. */
  pass(item: Item<T>): Item<T> {
    if (item.kind !== 'batch' || item.records.length === 0) return item;
    const { records, origin } = item;
    this.#records += records.length;
    const at = called(this.#label, 'position', () => this.#tell(records.at(-1)!));
    this.position = at === undefined ? undefined : { records: this.#records, at };
    return this.#start === 0 ? item : batch(records, new LaterOrigin(this.#label, origin, this.#start));
  }
}

/** Provenance of records behind others that an earlier run has read. */
class LaterOrigin implements BatchOrigin {
  readonly source: string;
  readonly #origin: BatchOrigin;
  readonly #before: number;

  constructor(source: string, origin: BatchOrigin, before: number) {
    this.source = source;
    this.#origin = origin;
    this.#before = before;
  }

  at(index: number): Origin {
    const origin = this.#origin.at(index);
    return { ...origin, source: this.source, record: origin.record + this.#before };
  }
}

/** What a callback of the hook says. */
function called<V>(label: string, name: 'position' | 'resume', callback: () => V): V {
  try {
    return callback();
  } catch (cause) {
    const found = `its ${name}() threw: ${toError(cause).message}`;
    throw new MillraceError('ERR_CALLBACK', `Cannot read from ${label}: ${found}`, {
      cause,
      hint: `Make ${name}() give a value, or leave position and resume out: then no run can go on with this input.`,
    });
  }
}
