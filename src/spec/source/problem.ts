import type { Span } from './source-text.ts';

/** Something that is wrong in a file, and where. */
export interface Problem {
  readonly span: Span;
  /** What was found. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** All that was found wrong so far, each once, in the order of the files. */
export class Problems {
  readonly #list: Problem[] = [];
  readonly #seen = new Set<string>();

  /** Notes a problem; the same one at the same place counts once, as what is shared by aliases is looked at often. */
  add(span: Span, message: string, hint?: string): undefined {
    const id = JSON.stringify([span.source.path, span.start, message]);
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    this.#list.push({ span, message, ...(hint !== undefined && { hint }) });
  }

  get count(): number {
    return this.#list.length;
  }

  get sorted(): readonly Problem[] {
    const files = [...new Set(this.#list.map(({ span }) => span.source.path))];
    const order = ({ span }: Problem) => files.indexOf(span.source.path);
    return this.#list.toSorted((a, b) => order(a) - order(b) || a.span.start - b.span.start);
  }
}
