import type { MillraceError } from '../../core/errors.ts';
import type { DiffLine } from './record-diff.ts';

/** Something that came otherwise than was expected. */
export interface Difference {
  /** Which part of what is expected, e.g. `outputs.large`, `balance`. */
  readonly part: string;
  /** As plain data, as a file says it. */
  readonly expected: unknown;
  readonly actual: unknown;
  /** Both side by side, for people. */
  readonly lines: readonly DiffLine[];
  /** What the file would have to say; absent where that is not to be written by a machine. */
  readonly update?: { readonly path: readonly string[]; readonly value: unknown };
}

/** How one test of a file ended. */
export interface FileTestResult {
  readonly name: string;
  /** Where it is written, counted from 1. */
  readonly line: number;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** In real time. */
  readonly durationMs: number;
  /** Why it was left out, if that is said. */
  readonly reason?: string;
  readonly differences: readonly Difference[];
  /** What it failed with, where it came to no comparison. */
  readonly error?: MillraceError;
}
