import type { Demand } from '../interfaces/reader.ts';

const OPEN = Promise.resolve();

/** The engine's end of a {@link Demand}: it pauses and resumes what a reader looks at. */
export class DemandGate implements Demand {
  #paused = false;
  #waiting: PromiseWithResolvers<void> | undefined;

  get paused(): boolean {
    return this.#paused;
  }

  ready(): Promise<void> {
    if (!this.#paused) return OPEN;
    this.#waiting ??= Promise.withResolvers<void>();
    return this.#waiting.promise;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }
}
