import { writeFileSync } from 'node:fs';
import type { Summary } from '../../../src/interfaces/run.ts';
import { start } from '../../../src/start.ts';
import { JOBS } from './jobs.ts';

export interface Outcome extends Pick<Summary, 'state' | 'balance'> {
  /** The checkpoints that it went on from. */
  readonly resumed: readonly number[];
}

/** The order behind which it is stopped. */
const MIDDLE = 650;

/**
 * A run of a job in a folder, which is the working directory meanwhile: `whole` without checkpoints, `half` is stopped in
 * the middle and leaves a checkpoint in the folder `state`, `rest` goes on from there.
 */
export async function runJob(folder: string, name: string, how: 'whole' | 'half' | 'rest'): Promise<Outcome> {
  const { input, make, memory } = JOBS[name]!;
  const before = process.cwd();
  process.chdir(folder);
  try {
    let stop = (): void => {};
    for (const [file, bytes] of Object.entries(input)) writeFileSync(file, bytes);
    const seen = (id: number): void => {
      if (how === 'half' && id === MIDDLE) stop();
    };
    const live = start(make(seen), { memory, ...(how !== 'whole' && { checkpoint: { store: './state' } }) });
    stop = () => void live.stop();
    const resumed: number[] = [];
    live.events$.subscribe((event) => {
      if (event.type === 'resumed') resumed.push(event.checkpoint);
    });
    const { state, balance } = await live.done;
    return { state, balance, resumed };
  } finally {
    process.chdir(before);
  }
}
