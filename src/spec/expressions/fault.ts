import type { SourceRange } from '@marcbachmann/cel-js';

/**
 * What is wrong with an expression or with what it is given, before anybody knows whose expression it is. Not an
 * `Error`: those that `||` and `&&` pass over would pay for a stack each.
 */
export class Fault {
  readonly found: string;
  readonly hint: string | undefined;
  readonly cause: unknown;
  /** Where in the source; set by the innermost part that it passes. */
  range: SourceRange | undefined;

  constructor(found: string, fields: { hint?: string; cause?: unknown; range?: SourceRange } = {}) {
    this.found = found;
    this.hint = fields.hint;
    this.cause = fields.cause;
    this.range = fields.range;
  }
}

/** Gives what was thrown a place, unless it has one. */
export function placed(thrown: unknown, { start, end }: SourceRange): Fault {
  const range = { start, end };
  if (!(thrown instanceof Fault)) {
    const found = thrown instanceof Error ? thrown.message : String(thrown);
    return new Fault(found, { cause: thrown, range });
  }
  thrown.range ??= range;
  return thrown;
}
