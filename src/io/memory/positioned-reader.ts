import { defer, map } from 'rxjs';
import { z } from 'zod';
import { batch } from '../../core/batch.ts';
import { checkedPosition, strangePosition } from '../../core/changed-error.ts';
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

/** How an input that knows how old its records are begins at a time. */
export interface TimeHook<I> {
  /** What to read when a run is to begin at a time: the records that are not older. */
  readonly since: (time: Date) => I;
}

const HookPositionSchema = z
  .strictObject({
    records: z.number().int().min(0),
    /** What the hook said; absent before the first record. */
    at: z.unknown().optional(),
    /** The time that it began at, in milliseconds since 1970; told before the first record. */
    since: z.number().optional(),
  })
  // A count alone is the position of an input that had no hook: to begin with it would give its records twice.
  .refine(({ records, at }) => records === 0 || at !== undefined);

type HookPosition = z.output<typeof HookPositionSchema>;

/**
 * A reader of an input with a hook for its positions, or for times, or both. Records keep the numbers that they would
 * have in a run that was not interrupted.
 */
export function positionedReader<T, P, I>(
  input: I,
  hook: Partial<PositionHook<T, P, I> & TimeHook<I>>,
  read: (input: I) => Reader<T>,
): Reader<T> {
  const { position, resume, since } = hook;
  const fresh = read(input);
  const { label } = fresh;
  const replay = position === undefined ? ('none' as const) : ('position' as const);
  const opened = (start: HookPosition): Reader<T> => {
    if (start.at !== undefined && resume !== undefined)
      return called(label, 'resume', () => read(resume(start.at as P)));
    if (start.since === undefined) return fresh;
    if (since === undefined) throw strangePosition(label);
    return called(label, 'since', () => read(since(new Date(start.since!))));
  };
  return Object.freeze({
    ...fresh,
    traits: Object.freeze({ ...fresh.traits, replay, ...(since !== undefined && { timed: true }) }),
    open: (context: ReadContext) =>
      defer(() => {
        const start = startOf(context.from, label);
        const standing = new HookStanding(start, label, position ?? (() => undefined));
        if (position !== undefined) context.positioned(() => standing.position);
        return opened(start)
          .open(unpositioned(context))
          .pipe(map((item) => standing.pass(item)));
      }),
  });
}

function startOf(from: unknown, label: string): HookPosition {
  if (from === undefined) return { records: 0 };
  return from instanceof Date
    ? { records: 0, since: from.getTime() }
    : checkedPosition(HookPositionSchema, from, label);
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
    const at = called(this.#label, 'position', () => copied(this.#tell(records.at(-1)!)));
    this.position = at === undefined ? undefined : { records: this.#records, at };
    return this.#start === 0 ? item : batch(records, new LaterOrigin(this.#label, origin, this.#start));
  }
}

/** Plain data that nobody else has: it may be a part of the record, or what the input goes on to change. */
function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  if (value instanceof Date) return new Date(value);
  const kind: unknown = Object.getPrototypeOf(value);
  if (kind !== Object.prototype && kind !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copied(one)]));
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
function called<V>(label: string, name: 'position' | 'resume' | 'since', callback: () => V): V {
  try {
    return callback();
  } catch (cause) {
    const found = `its ${name}() threw: ${toError(cause).message}`;
    throw new MillraceError('ERR_CALLBACK', `Cannot read from ${label}: ${found}`, {
      cause,
      hint: `Make ${name}() give a value, or leave it out: then no run can ${name === 'since' ? 'begin this input at a time' : 'go on with this input'}.`,
    });
  }
}
