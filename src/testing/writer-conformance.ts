import assert from 'node:assert/strict';
import type { Writer } from '../interfaces/writer.ts';
import { OpenWriter } from './open-writer.ts';
import type { ConformanceCase } from './operator-conformance.ts';
import { withoutLeak } from './without-leak.ts';
import { resumptionCases } from './writer-resumption.ts';

/** A writer, and a way to see what it wrote. */
export interface WriterSubject<T> {
  readonly writer: Writer<T>;
  /** What is there for others to see, in any comparable form. */
  readonly written: () => unknown;
}

/** Makes a writer with a target of its own. */
export type MakeWriter<T> = () => WriterSubject<T> | Promise<WriterSubject<T>>;

/** What the suite has to know of a writer in order to judge it. */
export interface WriterCases<T> {
  /** At least three records. */
  readonly input: readonly T[];
  /** What `written` shows when all of `input` was written. */
  readonly output: unknown;
  /** What `written` shows before anything was. */
  readonly nothing: unknown;
  /** What `written` shows after a run without records. */
  readonly empty: unknown;
  /** Whether what was written before an abort stays, as in a stream. @default false */
  readonly staysWritten?: boolean;
  /**
   * Whether a later run can go on with what it wrote: then it is stopped at all kinds of moments, and opened again with
   * what `prepare` gave. @default false
   */
  readonly resumes?: boolean;
  /** A record that it must refuse. */
  readonly poison?: T;
  /** Writers that fail somewhere on the way, by what fails. */
  readonly faults?: Readonly<Record<string, MakeWriter<T>>>;
  /** What a leak would change, e.g. the number of open files. */
  readonly leaks?: () => unknown;
}

/**
 * The cases that every writer must pass, for whichever test framework.
 *
 * @example
 * ```ts
 * import { toArray } from 'millrace';
 * import { writerConformance } from 'millrace/testing';
 *
 * const make = () => {
 *   const writer = toArray<number>();
 *   return { writer, written: () => writer.records };
 * };
 * const cases = { input: [1, 2, 3], output: [1, 2, 3], nothing: [], empty: [] };
 * for (const { name, run } of writerConformance('array', make, cases)) {
 *   await run();
 *   console.log(`ok ${name}`);
 * }
 * ```
 */
export function writerConformance<T>(
  name: string,
  make: MakeWriter<T>,
  cases: WriterCases<T>,
): readonly ConformanceCase[] {
  const { input, poison, faults } = cases;
  const suite: [string, () => Promise<void>][] = [
    ['is a frozen description with a name and a label', async () => isDescription((await make()).writer)],
    ['opens nothing before it is opened', () => isUnopened(make, cases)],
    ['writes a single batch', () => writes(make, [input], cases.output)],
    [
      'writes several batches in order',
      () => writes(make, [input.slice(0, 2), input.slice(2)], cases.output),
    ],
    [
      'writes the same record by record',
      () =>
        writes(
          make,
          input.map((record) => [record]),
          cases.output,
        ),
    ],
    ['takes empty batches on the way', () => writes(make, [[], input, []], cases.output)],
    ['completes a run without records', () => writes(make, [], cases.empty)],
    ['leaves nothing when it is aborted before the first record', () => aborts(make, cases, [])],
    ['leaves nothing half-written when it is aborted', () => aborts(make, cases, [input.slice(0, 2)])],
  ];
  if (poison !== undefined) {
    suite.push(['refuses a batch, and goes on without the bad record', () => refuses(make, cases, poison)]);
    suite.push(['can be aborted after it refused a batch', () => abortsRefused(make, cases, poison)]);
  }
  if (cases.resumes === true) suite.push(...resumptionCases(make, cases));
  for (const [fault, faulty] of Object.entries(faults ?? {})) {
    suite.push([`says so and leaves nothing when ${fault}`, () => failsLoudly(faulty, cases)]);
  }
  return suite.map(([title, run]) => ({
    name: `${name} ${title}`,
    run: () => withoutLeak(run, cases.leaks),
  }));
}

function isDescription(writer: Writer<never>): void {
  assert.ok(Object.isFrozen(writer), 'the description can be changed');
  assert.match(writer.name, /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/, 'the name is not lower_snake_case');
  assert.match(writer.label, /\S/, 'there is no label');
}

async function isUnopened<T>(make: MakeWriter<T>, cases: WriterCases<T>): Promise<void> {
  const subject = await make();
  assert.deepEqual(await subject.written(), cases.nothing);
  const open = await OpenWriter.open(subject.writer);
  await open.abort(new Error('the run failed'));
}

async function writes<T>(
  make: MakeWriter<T>,
  batches: readonly (readonly T[])[],
  output: unknown,
): Promise<void> {
  const { writer, written } = await make();
  const open = await OpenWriter.open(writer);
  for (const records of batches) await open.write(records);
  await open.close();
  assert.deepEqual(await written(), output);
}

async function aborts<T>(
  make: MakeWriter<T>,
  cases: WriterCases<T>,
  batches: readonly (readonly T[])[],
): Promise<void> {
  const { writer, written } = await make();
  const open = await OpenWriter.open(writer);
  for (const records of batches) await open.write(records);
  await open.abort(undefined);
  if (cases.staysWritten !== true) assert.deepEqual(await written(), cases.nothing);
}

async function isRefused(writing: Promise<void>): Promise<void> {
  await assert.rejects(writing, (error) => error instanceof Error, 'it took a record that it must refuse');
}

/** A refused batch must come in when it is tried again record by record, but for the bad one. */
async function refuses<T>(make: MakeWriter<T>, { input, output }: WriterCases<T>, poison: T): Promise<void> {
  const { writer, written } = await make();
  const open = await OpenWriter.open(writer);
  const [first, second, ...others] = input;
  await open.write([first!]);
  const batch = [second!, poison, ...others];
  await isRefused(open.write(batch));
  await isRefused(open.write(batch));
  for (const record of batch) {
    if (record === poison) await isRefused(open.write([record]));
    else await open.write([record]);
  }
  await open.close();
  assert.deepEqual(await written(), output);
}

async function abortsRefused<T>(make: MakeWriter<T>, cases: WriterCases<T>, poison: T): Promise<void> {
  const { writer, written } = await make();
  const open = await OpenWriter.open(writer);
  await isRefused(open.write([...cases.input.slice(0, 1), poison]));
  await open.abort(new Error('the record was refused'));
  if (cases.staysWritten !== true) assert.deepEqual(await written(), cases.nothing);
}

/** A fault must come out of `open`, `write` or `close`, and never be taken for success. */
async function failsLoudly<T>(faulty: MakeWriter<T>, cases: WriterCases<T>): Promise<void> {
  const { writer, written } = await faulty();
  await assert.rejects(
    async () => {
      const open = await OpenWriter.open(writer);
      try {
        await open.write(cases.input);
      } catch (error) {
        await open.abort(error);
        throw error;
      }
      await open.close();
    },
    (error) => error instanceof Error,
    'the fault went unnoticed',
  );
  if (cases.staysWritten !== true) assert.deepEqual(await written(), cases.nothing);
}
