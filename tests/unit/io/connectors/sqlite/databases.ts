import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll } from 'vitest';
import { batch, CountedOrigin } from '../../../../../src/core/batch.ts';
import { systemClock } from '../../../../../src/core/clock.ts';
import type { Sink, WriteContext, Writer } from '../../../../../src/interfaces/writer.ts';
import { MemoryFiles } from '../../../../../src/testing/memory-files.ts';

/** Databases of a test file, which go away after it. */
export function databases() {
  const root = mkdtempSync(join(tmpdir(), 'millrace-'));
  let last = 0;
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  return {
    /** A path that nothing has. */
    path: (name = 'a.db') => join(root, `${++last}-${name}`),
    /** A database made by statements. */
    made(...statements: readonly string[]): string {
      const path = join(root, `${++last}-made.db`);
      execute(path, ...statements);
      return path;
    },
  };
}

/** Runs statements by a connection of their own. */
export function execute(path: string, ...statements: readonly string[]): void {
  const database = new DatabaseSync(path);
  try {
    for (const statement of statements) database.exec(statement);
  } finally {
    database.close();
  }
}

/** The rows that others see. */
export function rowsOf(path: string, query: string): readonly Record<string, unknown>[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database
      .prepare(query)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

/** What the engine would hand to a writer. */
export function writeContext(given: Partial<WriteContext> = {}): WriteContext {
  return { signal: new AbortController().signal, clock: systemClock, wrote: () => {}, ...given };
}

/** What it would in a run with checkpoints. */
export function checkpointedContext(given: Partial<WriteContext> = {}): WriteContext {
  return writeContext({ checkpointed: true, files: new MemoryFiles(), run: {}, ...given });
}

export async function open<T>(writer: Writer<T>, context = writeContext()): Promise<Required<Sink<T>>> {
  return (await writer.open(context)) as Required<Sink<T>>;
}

/** Writes records as one batch. */
export async function write<T>(sink: Sink<T>, ...records: readonly T[]): Promise<void> {
  await sink.write(batch(records, new CountedOrigin('test', 1)));
}

/** What a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expectedFailure(),
    (error: unknown) => error,
  );
}

function expectedFailure(): never {
  throw new Error('It did not fail');
}
