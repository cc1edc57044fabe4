import assert from 'node:assert/strict';
import { OpenWriter } from './open-writer.ts';
import type { MakeWriter, WriterCases } from './writer-conformance.ts';

type Case = [title: string, run: () => Promise<void>];

/** The cases that every writer must pass that a later run can go on with. */
export function resumptionCases<T>(make: MakeWriter<T>, cases: WriterCases<T>): readonly Case[] {
  const { input, poison } = cases;
  const suite: Case[] = [
    ['goes on from what it prepared, without what came later', () => goesOn(make, cases)],
    ['goes on from the last of what it prepared, whatever was committed', () => preparesAgain(make, cases)],
    ['goes on from before the first record', () => goesOnFrom(make, cases, 0)],
    ['goes on from behind the last record', () => goesOnFrom(make, cases, input.length)],
    ['is stopped behind each record, and writes the same', () => stopsOften(make, cases)],
    ['prepares between any two records, and writes the same', () => preparesOften(make, cases)],
    ['completes a run without records that was stopped', () => completesEmpty(make, cases)],
    ['takes it well that an earlier run has completed it', () => wasCompleted(make, cases)],
    ['leaves nothing when it is aborted after it went on', () => abortsResumed(make, cases)],
    ['writes on when what it prepared is of no use', () => writesOn(make, cases)],
  ];
  if (poison !== undefined) {
    suite.push(['goes on from behind a batch that it refused', () => refusesOnTheWay(make, cases, poison)]);
  }
  return suite;
}

const CHECKPOINTED = { checkpointed: true } as const;

async function goesOn<T>(make: MakeWriter<T>, { input, output }: WriterCases<T>): Promise<void> {
  const { writer, written } = await make();
  const first = await OpenWriter.open(writer, CHECKPOINTED);
  await first.write(input.slice(0, 1));
  const from = await first.prepare(1);
  await first.commit(1);
  await first.write(input.slice(1));
  await first.write(input);
  await first.suspend();
  const second = await OpenWriter.open(writer, { ...CHECKPOINTED, from });
  await second.write(input.slice(1));
  await second.close();
  assert.deepEqual(await written(), output);
}

/** A checkpoint that comes to nothing is never committed: the next one holds its records. */
async function preparesAgain<T>(make: MakeWriter<T>, { input, output }: WriterCases<T>): Promise<void> {
  const { writer, written } = await make();
  const first = await OpenWriter.open(writer, CHECKPOINTED);
  await first.write(input.slice(0, 1));
  await first.prepare(1);
  await first.write(input.slice(1, 2));
  await first.prepare(2);
  const from = await first.prepare(3);
  await first.write(input.slice(2));
  await first.prepare(4);
  await first.suspend();
  const second = await OpenWriter.open(writer, { ...CHECKPOINTED, from });
  await second.write(input.slice(2));
  await second.close();
  assert.deepEqual(await written(), output);
}

async function goesOnFrom<T>(
  make: MakeWriter<T>,
  { input, output }: WriterCases<T>,
  count: number,
): Promise<void> {
  const { writer, written } = await make();
  const first = await OpenWriter.open(writer, CHECKPOINTED);
  if (count > 0) await first.write(input.slice(0, count));
  const from = await first.prepare(1);
  if (count === 0) await first.write(input.slice(0, 2));
  await first.suspend();
  const second = await OpenWriter.open(writer, { ...CHECKPOINTED, from });
  if (count < input.length) await second.write(input.slice(count));
  await second.close();
  assert.deepEqual(await written(), output);
}

async function stopsOften<T>(make: MakeWriter<T>, { input, output }: WriterCases<T>): Promise<void> {
  const { writer, written } = await make();
  let open = await OpenWriter.open(writer, CHECKPOINTED);
  for (const [index, record] of input.entries()) {
    await open.write([record]);
    const from = await open.prepare(index);
    if (index % 2 === 0) await open.commit(index);
    await open.write([record]);
    await open.suspend();
    open = await OpenWriter.open(writer, { ...CHECKPOINTED, from });
  }
  await open.close();
  assert.deepEqual(await written(), output);
}

async function preparesOften<T>(make: MakeWriter<T>, { input, output }: WriterCases<T>): Promise<void> {
  const { writer, written } = await make();
  const open = await OpenWriter.open(writer, CHECKPOINTED);
  await open.prepare(0);
  for (const [index, record] of input.entries()) {
    await open.write([record]);
    await open.prepare(index + 1);
    await open.commit(index + 1);
  }
  await open.close();
  assert.deepEqual(await written(), output);
}

async function completesEmpty<T>(make: MakeWriter<T>, { empty }: WriterCases<T>): Promise<void> {
  const { writer, written } = await make();
  const first = await OpenWriter.open(writer, CHECKPOINTED);
  const from = await first.prepare(1);
  await first.suspend();
  const second = await OpenWriter.open(writer, { ...CHECKPOINTED, from });
  await second.close();
  const third = await OpenWriter.open(writer, { ...CHECKPOINTED, from });
  await third.close();
  assert.deepEqual(await written(), empty);
}

/** The process may have ended before anybody knew that all was done. */
async function wasCompleted<T>(make: MakeWriter<T>, { input, output }: WriterCases<T>): Promise<void> {
  const { writer, written } = await make();
  const first = await OpenWriter.open(writer, CHECKPOINTED);
  await first.write(input);
  const from = await first.prepare(1);
  await first.commit(1);
  await first.close();
  const second = await OpenWriter.open(writer, { ...CHECKPOINTED, from });
  await second.suspend();
  assert.deepEqual(await written(), output);
  const third = await OpenWriter.open(writer, { ...CHECKPOINTED, from });
  const again = await third.prepare(2);
  await third.commit(2);
  await third.close();
  assert.deepEqual(await written(), output);
  const fourth = await OpenWriter.open(writer, { ...CHECKPOINTED, from: again });
  await fourth.close();
  assert.deepEqual(await written(), output);
}

async function abortsResumed<T>(make: MakeWriter<T>, cases: WriterCases<T>): Promise<void> {
  const { input, nothing, staysWritten = false } = cases;
  const { writer, written } = await make();
  const first = await OpenWriter.open(writer, CHECKPOINTED);
  await first.write(input.slice(0, 2));
  const from = await first.prepare(1);
  await first.suspend();
  const second = await OpenWriter.open(writer, { ...CHECKPOINTED, from });
  await second.write(input.slice(2));
  await second.abort(new Error('the run was given up'));
  if (!staysWritten) assert.deepEqual(await written(), nothing);
}

async function writesOn<T>(make: MakeWriter<T>, { input, output }: WriterCases<T>): Promise<void> {
  const { writer, written } = await make();
  const open = await OpenWriter.open(writer, CHECKPOINTED);
  await open.write(input.slice(0, 2));
  await open.prepare(1);
  await open.write(input.slice(2));
  await open.close();
  assert.deepEqual(await written(), output);
}

async function refusesOnTheWay<T>(
  make: MakeWriter<T>,
  { input, output }: WriterCases<T>,
  poison: T,
): Promise<void> {
  const { writer, written } = await make();
  const first = await OpenWriter.open(writer, CHECKPOINTED);
  await assert.rejects(first.write([...input.slice(0, 1), poison]), 'it took a record that it must refuse');
  const early = await first.prepare(1);
  await first.write(input.slice(0, 2));
  await assert.rejects(first.write([...input.slice(2), poison]), 'it took a record that it must refuse');
  const late = await first.prepare(2);
  await first.suspend();
  assert.notDeepEqual(late, early);
  const second = await OpenWriter.open(writer, { ...CHECKPOINTED, from: late });
  await second.write(input.slice(2));
  await second.close();
  assert.deepEqual(await written(), output);
}
