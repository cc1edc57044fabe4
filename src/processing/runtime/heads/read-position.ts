import type { ReadContext } from '../../../interfaces/reader.ts';
import type { Barrier } from '../../../interfaces/signal.ts';
import type { RunContext } from '../run-context.ts';

/** The position of a reader that has emitted nothing. */
export const BEGINNING = 'beginning';

/** What the way of a barrier begins with. */
export interface BarrierEntry {
  /** Whether a barrier goes in at once: nothing may come between what is told of it and the barrier itself. */
  readonly free: () => boolean;
  readonly send: (barrier: Barrier) => void;
}

/** Where a reader stands, and the barrier that is to go in where it can tell that. */
export class ReadPosition {
  /** Where the run that this one goes on with stood, or the time to begin at; `undefined` at the beginning. */
  readonly from: unknown;
  readonly #node: string;
  readonly #run: RunContext;
  readonly #entry: BarrierEntry;
  #tell: (() => unknown) | undefined;
  #acknowledge: ((position: unknown) => void | Promise<void>) | undefined;
  #barrier: Barrier | undefined;
  #begun = false;

  constructor(node: string, run: RunContext, entry: BarrierEntry) {
    this.#node = node;
    this.#run = run;
    this.#entry = entry;
    const restored = run.checkpoints?.restored(node)?.state;
    const from = restored === undefined ? run.beginnings.get(node) : restored.value;
    this.from = from === BEGINNING ? undefined : from;
    run.checkpoints?.watch({
      givenUp: () => {
        this.#barrier = undefined;
      },
    });
  }

  readonly positioned: ReadContext['positioned'] = (position, acknowledge) => {
    this.#tell = position;
    this.#acknowledge = acknowledge;
    return () => this.settle();
  };

  /** Something was emitted, or given to `failed`. */
  begin(): void {
    this.#begun = true;
  }

  /** Whether anything was: what the reader gives anew after a failure would come twice. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Takes a barrier that is to go behind all that was read so far. */
  inject(barrier: Barrier): void {
    this.#barrier = barrier;
    this.settle();
  }

  /** Sends the barrier that waits, if there is room for it and the reader can tell where it stands. */
  settle(): void {
    const barrier = this.#barrier;
    if (barrier === undefined || !this.#entry.free()) return;
    const position = this.#standing();
    if (position === undefined) return;
    this.#barrier = undefined;
    this.#run.checkpoints?.positioned(this.#node, barrier.id, position);
    this.#entry.send(barrier);
  }

  #standing(): unknown {
    if (this.#tell !== undefined) return this.#tell();
    return this.#begun ? undefined : (this.from ?? BEGINNING);
  }

  /** A checkpoint with this position is complete. */
  async acknowledge(position: unknown): Promise<void> {
    if (position !== BEGINNING) await this.#acknowledge?.(position);
  }
}
