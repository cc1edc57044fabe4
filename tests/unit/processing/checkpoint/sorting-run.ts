import { readFrom } from '../../../../src/from.ts';
import type { CheckpointStore } from '../../../../src/interfaces/checkpoint.ts';
import type { RunEvent, RunHandle } from '../../../../src/interfaces/run.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { sort } from '../../../../src/processing/operators/sort.ts';
import { start } from '../../../../src/start.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { type Line, scripted } from '../runtime/scripted-reader.ts';
import { never, of, position, until } from './checkpointed-run.ts';
import { type Disk, durable } from './durable.ts';

const BATCHES = 24;
const SIZE = 100;

/** How many records there are. */
export const ROWS = BATCHES * SIZE;

export interface Row {
  readonly n: number;
  readonly text: string;
}

const rows = (batch: number): Row[] =>
  Array.from({ length: SIZE }, (_, index) => {
    const n = batch * SIZE + index;
    return { n: (n * 7919) % 10_007, text: `row ${n} ${String((n * 104_729) % 1_000_003).repeat(8)}` };
  });

/** Sorts with so little memory that most goes to the disk; waits before a batch for what `held` gives. */
export function beginSorting(
  store: CheckpointStore,
  out: Disk<Row>,
  held: (batch: number) => Promise<void> | undefined = () => undefined,
) {
  const lines: Line<Row>[] = [];
  for (let batch = 0; batch < BATCHES; batch++) lines.push(() => held(batch), rows(batch));
  const flow = readFrom(scripted(lines, { traits: position })).pipe(sort('n'));
  const clock = virtualClock();
  const live: RunHandle = start(pipeline('sorted', flow.to(durable(out))), {
    clock,
    stallAfter: false,
    memory: '64 KiB',
    checkpoint: { store },
  });
  live.done.catch(() => {});
  const events: RunEvent[] = [];
  live.events$.subscribe((event) => events.push(event));
  return { live, clock, events };
}

/** Is killed in front of the last batch; each checkpoint has files that those before it have not. Gives the newest. */
export async function killedSorting(store: CheckpointStore, out: Disk<Row>): Promise<number> {
  const gates = new Map([8, 14, 20].map((batch) => [batch, Promise.withResolvers<void>()]));
  const asked: number[] = [];
  const { live, clock, events } = beginSorting(store, out, (batch) => {
    asked.push(batch);
    return batch === BATCHES - 1 ? never() : gates.get(batch)?.promise;
  });
  for (const [batch, gate] of gates) {
    await until(() => asked.includes(batch));
    const before = of(events, 'checkpoint').length;
    await clock.advance(10_000);
    await until(() => of(events, 'checkpoint').length > before);
    gate.resolve();
  }
  await until(() => asked.includes(BATCHES - 1));
  await live.abort('killed');
  return of(events, 'checkpoint').length;
}
