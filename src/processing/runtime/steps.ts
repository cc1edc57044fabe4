/** There is more to do after the pause. */
export interface Unfinished {
  readonly pause: Promise<void>;
}

/** Takes one step of some work; with the last one, returns what to wait for in the end. */
export type Advance = () => void | Promise<void> | Unfinished;

/** Takes step after step until there is nothing left to do; costs no promise when the first is the last. */
export function stepByStep(advance: Advance): void | Promise<void> {
  const first = advance();
  return first !== undefined && 'pause' in first ? goOn(first, advance) : first;
}

/** A loop: promises that are chained step by step would pile up behind output without end. */
async function goOn(first: Unfinished, advance: Advance): Promise<void> {
  let next: ReturnType<Advance> = first;
  while (next !== undefined && 'pause' in next) {
    await next.pause;
    next = advance();
  }
  await next;
}
