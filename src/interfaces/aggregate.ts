/**
 * What many records come to: a sum, a count, a list. Stateless; what has come together lies in
 * accumulators of plain data that can be cloned, so that it can be kept, spilled and merged.
 */
export interface Aggregate<T, R, S = unknown> {
  /** What it is called in descriptions and errors, e.g. `sum`. */
  readonly name: string;
  /** An accumulator of no record at all. */
  create(): S;
  /** The accumulator with one more record: the same object, where it is one. */
  add(state: S, record: T): S;
  /** One accumulator of what two have come to, `earlier` before `later`; both may be used up. */
  merge(earlier: S, later: S): S;
  /** What the records have come to; leaves the accumulator as it is. */
  result(state: S): R;
}

/** Aggregates under the names that their results get. */
export type Aggregates<T> = Readonly<
  // biome-ignore lint/suspicious/noExplicitAny: an accumulator is between an aggregate and itself
  Record<string, Aggregate<T, any, any>>
>;

/** The results of aggregates under their names. */
export type AggregateResults<A> = {
  // biome-ignore lint/suspicious/noExplicitAny: only the result counts
  readonly [N in keyof A]: A[N] extends Aggregate<any, infer R, any> ? R : never;
};
