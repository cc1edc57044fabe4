import type { Document } from 'yaml';

/** How a file of one version becomes one of the next. */
export interface Migration {
  readonly from: number;
  readonly to: number;
  /** What it does, in words for people. */
  readonly summary: string;
  /** Changes the document in place: nodes that stay keep their comments. The version is set by the engine. */
  rewrite(document: Document): void;
}
