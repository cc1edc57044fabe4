import { expect } from 'vitest';
import { type Pipeline, readFrom, start } from '../../../../src/index.ts';
import type { CheckpointStore } from '../../../../src/interfaces/checkpoint.ts';
import type { RunEvent, RunHandle, RunOptions } from '../../../../src/interfaces/run.ts';
import { type VirtualClock, virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { type Line, scripted } from '../runtime/scripted-reader.ts';

export const position = { replay: 'position' } as const;

/** A reader of numbers from 1, one a batch, that waits before each number that is told to `held`. */
export function counting(until: number, held: (n: number) => Promise<void> | undefined = () => undefined) {
  const lines: Line<number>[] = [];
  for (let n = 1; n <= until; n++) lines.push(() => held(n), [n]);
  return readFrom(scripted(lines, { name: 'counting', traits: position }));
}

/** A run with checkpoints, and a hand on its time. */
export interface Started {
  readonly live: RunHandle;
  readonly clock: VirtualClock;
  readonly events: RunEvent[];
}

export function begin(
  p: Pipeline,
  store: CheckpointStore,
  more: Partial<RunOptions['checkpoint']> = {},
): Started {
  const clock = virtualClock();
  const live = start(p, { clock, stallAfter: false, checkpoint: { store, ...more } });
  const events: RunEvent[] = [];
  live.events$.subscribe((event) => events.push(event));
  live.done.catch(() => {});
  return { live, clock, events };
}

export const never = () => new Promise<void>(() => {});
export const of = (events: readonly RunEvent[], type: RunEvent['type']) =>
  events.filter((event) => event.type === type);

/** Lets the run go on, and what it does to the disk, until it has come so far. */
export async function until(reached: () => boolean): Promise<void> {
  for (let turn = 0; !reached() && turn < 100_000; turn++) await new Promise((next) => setImmediate(next));
  expect(reached()).toBe(true);
}
