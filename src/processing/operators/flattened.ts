/** What `flatten` leaves as it is. */
type Leaf =
  | string
  | number
  | boolean
  | bigint
  | symbol
  | null
  | undefined
  | Date
  | RegExp
  | ArrayBufferView
  | readonly unknown[]
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  // biome-ignore lint/suspicious/noExplicitAny: any function is a leaf
  | ((...args: any) => unknown);

/** Whether nothing is in it, as far as its type says. */
type IsEmpty<V> = [keyof V] extends [never] ? true : false;

/** A field that is there if one of several types is: else it is `undefined`. */
type Maybe<Whole, Part> = [Whole] extends [Part] ? never : undefined;

/** `[name, type]` of each field that `A` comes to, behind `P`; what is deeper than `D` has levels stays. */
type Entries<A, S extends string, P extends string, D extends readonly unknown[]> = {
  [K in keyof A & string]-?: Entry<`${P}${K}`, A[K], A[K], S, D>;
}[keyof A & string];

type Entry<N extends string, Whole, V, S extends string, D extends readonly unknown[]> = V extends Leaf
  ? [N, V]
  : D extends readonly [unknown, ...infer Rest]
    ? IsEmpty<V> extends true
      ? [N, V]
      : Spread<Entries<V, S, `${N}${S}`, Rest>, Maybe<Whole, V>>
    : [N, V];

type Spread<E, U> = E extends readonly [infer N, infer V] ? [N, V | U] : never;

/** So many levels are followed in types; `flatten` takes more apart. */
type Levels = readonly [1, 2, 3, 4, 5, 6, 7, 8];

type FromEntries<E> = {
  [N in Extract<E, readonly [string, unknown]>[0]]: Extract<E, readonly [N, unknown]>[1];
};

/**
 * What `flatten` makes of the record type `A`: a field for each of its leaves. Of a nested object that
 * may be absent, the fields may be `undefined`.
 */
export type Flattened<A, S extends string> = unknown extends A
  ? Record<string, unknown>
  : string extends S
    ? Record<string, unknown>
    : A extends unknown
      ? FromEntries<Entries<A, S, '', Levels>>
      : never;
