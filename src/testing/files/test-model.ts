import type { z } from 'zod';
import type { Pipeline } from '../../processing/graph/pipeline.ts';
import type { LocatedEntry, LocatedMap } from '../../spec/source/located.ts';
import type { SourceText, Span } from '../../spec/source/source-text.ts';
import type { Marbles } from '../marbles.ts';
import type { TestPipelineOptions } from '../test-pipeline.ts';
import type { errorSchema, letterSchema } from './test-schema.ts';

export type ExpectedError = z.output<typeof errorSchema>;
export interface ExpectedLetter extends Omit<z.output<typeof letterSchema>, 'error'> {
  /** A code alone, or what is looked at of the error. */
  readonly error?: string | Omit<ExpectedError, 'node'>;
}

/** What a sink is to be given. */
export type ExpectedOutput =
  | { readonly records: readonly unknown[]; readonly anyOrder: boolean }
  | { readonly marbles: Marbles<unknown> };

/** What is to come of a test. */
export interface Expectations {
  readonly outputs: ReadonlyMap<string, ExpectedOutput>;
  /** By sink, or of all together; `undefined` where nothing is said: none then. */
  readonly deadLetters:
    | readonly ExpectedLetter[]
    | ReadonlyMap<string, readonly ExpectedLetter[]>
    | undefined;
  readonly balance: Readonly<Record<string, number>> | undefined;
  readonly error: ExpectedError | undefined;
}

/** One test, all of it checked. */
export interface FileTest {
  readonly name: string;
  readonly at: Span;
  /** Why it is left out; absent for one that runs. */
  readonly skip?: string;
  /** Absent where nothing is said: there is nothing to be compared. */
  readonly expect: Expectations | undefined;
  /** A new pipeline and what takes the place of its nodes: each run begins anew. */
  readonly prepare: () => Promise<PreparedTest>;
}

export interface PreparedTest {
  readonly pipeline: Pipeline;
  readonly options: TestPipelineOptions;
}

/** A file of tests, all of it checked. */
export interface TestFile {
  readonly source: SourceText;
  /** The file of the pipeline, as people write it. */
  readonly pipeline: string;
  /** The text without what must not be shown of the pipeline. */
  readonly hide: (text: string) => string;
  /** What must not be shown of a text. */
  readonly secretsWithin: (text: string) => readonly string[];
  readonly tests: readonly FileTest[];
}

/** A test as it is written, with what holds for all tests filled in. */
export interface WrittenTest {
  readonly name: string;
  readonly key: Span;
  readonly node: LocatedMap;
  readonly entry: (part: string) => LocatedEntry | undefined;
  /** The entries of a map of the file and of the test, those of the test first. */
  readonly entries: (part: 'set' | 'env' | 'inputs' | 'operators') => ReadonlyMap<string, LocatedEntry>;
}
