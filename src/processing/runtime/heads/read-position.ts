import type { ReadContext } from '../../../interfaces/reader.ts';
import type { Barrier } from '../../../interfaces/signal.ts';
import type { RunContext } from '../run-context.ts';

/** The position of a reader that has emitted nothing. */
export const BEGINNING = 'beginning';

/** Where a reader stands, and the barrier that is to go in where it can tell that. */
export class ReadPosition {
  /** Where the run that this one goes on with stood; `undefined` at the beginning. */
  readonly from: unknown;
  readonly #node: string;
  readonly #run: RunContext;
  readonly #send: (barrier: Barrier) => void;
  #tell: (() => unknown) | undefined;
  #acknowledge: ((position: unknown) => void | Promise<void>) | undefined;
  #barrier: Barrier | undefined;
  #emitted = false;

  constructor(node: string, run: RunContext, send: (barrier: Barrier) => void) {
    this.#node = node;
    this.#run = run;
    this.#send = send;
    const from = run.checkpoints?.restored(node)?.state?.value;
    this.from = from === BEGINNING ? undefined : from;
  }

  readonly positioned: ReadContext['positioned'] = (position, acknowledge) => {
    this.#tell = position;
    this.#acknowledge = acknowledge;
    return () => this.settle();
  };

  /** Something was emitted, or given to `failed`. */
  emitted(): void {
    this.#emitted = true;
  }

  /** Takes a barrier that is to go behind all that was read so far. */
  inject(barrier: Barrier): void {
    this.#barrier = barrier;
    this.settle();
  }

  /** Sends the barrier that waits, if the reader can tell where it stands. */
  settle(): void {
    const barrier = this.#barrier;
    if (barrier === undefined) return;
    const position = this.#standing();
    if (position === undefined) return;
    this.#barrier = undefined;
    this.#run.checkpoints?.positioned(this.#node, barrier.id, position);
    this.#send(barrier);
  }

  #standing(): unknown {
    if (this.#tell !== undefined) return this.#tell();
    return this.#emitted ? undefined : (this.from ?? BEGINNING);
  }

  /** A checkpoint with this position is complete. */
  async acknowledge(position: unknown): Promise<void> {
    if (position !== BEGINNING) await this.#acknowledge?.(position);
  }
}
