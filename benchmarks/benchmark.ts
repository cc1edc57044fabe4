/** One question, and how it is answered. */
export interface Benchmark {
  /** What `node run.ts <name>` calls it. */
  readonly name: string;
  readonly question: string;
  measure(): Promise<Answer>;
}

export interface Answer {
  /** What was done, so that a reader can judge whether it was fair. */
  readonly setup: readonly string[];
  readonly tables: readonly Table[];
  /** One line a goal: reached or missed, with the figure. */
  readonly goals: readonly Goal[];
  /** What profiles show of a goal that is missed; left out of the page when all are reached. */
  readonly profile?: readonly string[];
  /** One line. */
  readonly takeaway: string;
}

export interface Table {
  readonly title?: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A figure to reach: `most` or `least` it may be. */
export type Goal = { readonly what: string; readonly measured: number } & (
  | { readonly most: number; readonly least?: never }
  | { readonly least: number; readonly most?: never }
);
