/** A record, and the output that it leaves by. */
export interface Tagged<N extends string = string, R = unknown> {
  readonly output: N;
  readonly record: R;
}

export function tagged<N extends string, R>(output: N, record: R): Tagged<N, R> {
  return { output, record };
}

/** The record without the output that it left by. */
export function untagged<R>({ record }: Tagged<string, R>): R {
  return record;
}

/** What a split tells the outputs apart by; `main` comes first, as most go there. */
export function outputRoutes(names: readonly string[]): Record<string, (tag: Tagged) => boolean> {
  return Object.fromEntries(
    ['main', ...names].map((name) => [name, ({ output }: Tagged) => output === name]),
  );
}
