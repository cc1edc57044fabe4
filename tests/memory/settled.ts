import type { Watched } from './watched-reader.ts';

/** Turns of the event loop in which whoever does not hold back would have read on. */
const TURNS = 500;

/** Waits until a reader has been asked to pause, and until everything that was on its way has arrived. */
export async function heldBack(reader: Watched<unknown>): Promise<void> {
  while (!reader.paused) await turn();
  await turns(TURNS);
}

export async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await turn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
