import { writeSync } from 'node:fs';

/**
 * Where a run of the sweep can be killed: before and after each of these. `always` has what every run passes,
 * `afterKill` what one may have to do that goes on after a kill. A test fails when one of them is never passed, and when a
 * run does to its files what has no name here.
 */
export const PLACES = {
  always: [
    'lock.sync',
    'lock.link',
    'lock.discard',
    'lock.release',
    'checkpoint.sync',
    'checkpoint.rename',
    'checkpoint.prune',
    'checkpoints.sync',
    'kept.sync',
    'kept.remove',
    'store.running',
    'store.finished',
    'store.published',
    'output.sync',
    'output.rename',
    'output.link',
    'output.unlink',
    'outputs.sync',
    'folder.sync',
    'sink.prepare',
    'sink.commit',
    'sink.close',
    'reader.acknowledge',
  ],
  afterKill: ['claim.link', 'claim.discard', 'lock.replace', 'checkpoint.discard', 'output.cut'],
} as const;

export type Place = (typeof PLACES.always)[number] | (typeof PLACES.afterKill)[number];

/** What a process says before it dies: not every system tells how one has ended. */
export const KILLED = 'killed\n';

/** Where to die: at a point, such as `before output.rename`, when it is passed that many times. */
export interface PointKill {
  readonly point: string;
  readonly pass: number;
}

/** Windows cannot sync folders. */
const FOLDERS: readonly Place[] = ['checkpoints.sync', 'outputs.sync', 'folder.sync'];

/** The points of places, as far as this system has them. */
export function pointsOf(places: readonly Place[]): readonly string[] {
  const here = places.filter((place) => process.platform !== 'win32' || !FOLDERS.includes(place));
  return here.flatMap((place) => [`before ${place}`, `after ${place}`]);
}

/** Counts how often each point is passed, and ends the process where it is told to. */
export class FailPoints {
  readonly passes: Record<string, number> = {};
  /** Calls that no place stands for. */
  readonly unnamed = new Set<string>();
  readonly #kill: PointKill | undefined;

  constructor(kill: PointKill | undefined) {
    this.#kill = kill;
  }

  async around<T>(place: Place, work: () => T | Promise<T>): Promise<T> {
    this.#pass(`before ${place}`);
    const result = await work();
    this.#pass(`after ${place}`);
    return result;
  }

  #pass(point: string): void {
    const passed = (this.passes[point] ?? 0) + 1;
    this.passes[point] = passed;
    if (this.#kill?.point !== point || this.#kill.pass !== passed) return;
    writeSync(1, KILLED);
    process.kill(process.pid, 'SIGKILL');
  }
}
