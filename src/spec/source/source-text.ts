/** A file that a pipeline is written in. */
export interface SourceText {
  /** Absolute. */
  readonly path: string;
  /** As people write it. */
  readonly shown: string;
  readonly text: string;
}

/** A stretch of a file, in UTF-16 units from its beginning. */
export interface Span {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

/** Where a stretch begins, as editors count: from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export function placeOf({ source, start }: Span): Place {
  const before = source.text.slice(0, start);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: count(before) + 1, column: start - lineStart + 1 };
}

function count(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
