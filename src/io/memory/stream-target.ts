const numbers = new WeakMap<object, number>();
let last = 0;

/** What tells one stream from another in a writer's `target`: two sinks may not share one. */
export function streamTarget(kind: string, stream: object): string {
  let number = numbers.get(stream);
  if (number === undefined) {
    number = ++last;
    numbers.set(stream, number);
  }
  return `${kind}:${number}`;
}
