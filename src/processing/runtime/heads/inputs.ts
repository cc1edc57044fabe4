import type { Signal } from '../../../interfaces/signal.ts';

interface Input {
  /** The last ones it delivered; none that is over holds any back. */
  watermark: number;
  barrier: number;
  /** Whether nothing comes at present: its time holds back no other's. */
  idle: boolean;
  ended: boolean;
}

interface RememberedInput {
  readonly watermark: number;
  readonly idle: boolean;
}

/**
 * Signals of many inputs made into one: the lowest watermark goes on, a barrier goes on when all
 * inputs have delivered it, and an input that has is held back until then.
 */
export class Inputs {
  readonly #inputs: Input[];
  readonly #emit: (signal: Signal) => void | Promise<void>;
  #watermark = Number.NEGATIVE_INFINITY;
  #barrier = Number.NEGATIVE_INFINITY;
  /** Whether all inputs have said that nothing comes at present. */
  #idle = false;
  /** Inputs that are held back, each by the barrier that it has delivered. */
  #held: { readonly barrier: number; readonly goOn: () => void }[] = [];

  /** `restored` is what `remembered` gave in the run that this one goes on with. */
  constructor(count: number, emit: (signal: Signal) => void | Promise<void>, restored?: unknown) {
    const times = (restored ?? []) as readonly RememberedInput[];
    this.#inputs = Array.from({ length: count }, (_, index) => ({
      watermark: times[index]?.watermark ?? Number.NEGATIVE_INFINITY,
      barrier: Number.NEGATIVE_INFINITY,
      idle: times[index]?.idle ?? false,
      ended: false,
    }));
    this.#emit = emit;
    this.#idle = times.length > 0 && times.every(({ idle }) => idle);
  }

  /** The event time of each input. */
  get remembered(): readonly RememberedInput[] {
    return this.#inputs.map(({ watermark, idle }) => ({ watermark, idle }));
  }

  get allEnded(): boolean {
    return this.#inputs.every((input) => input.ended);
  }

  /** Takes a signal of one input; resolves when the input may go on. */
  async signal(index: number, signal: Signal): Promise<void> {
    const input = this.#inputs[index]!;
    if (signal.kind === 'watermark') {
      input.watermark = Math.max(input.watermark, signal.time);
      input.idle = signal.idle === true;
      await this.#advance();
      return;
    }
    if (signal.id <= this.#barrier) return;
    input.barrier = signal.id;
    const aligned = new Promise<void>((goOn) => this.#held.push({ barrier: signal.id, goOn }));
    await this.#advance();
    await aligned;
  }

  /** Nobody needs the barrier any more: it goes nowhere, and those that have delivered it are held back no longer. */
  giveUp(barrier: number): void {
    this.#barrier = Math.max(this.#barrier, barrier);
    this.release(barrier);
  }

  /** A record has come: the input holds back the time of the others again, from where that is. */
  active(index: number): void {
    const input = this.#inputs[index]!;
    input.idle = false;
    this.#idle = false;
  }

  /** An input that is over no longer holds anything back; but time, while records of it are kept. */
  async ended(index: number, kept = false): Promise<void> {
    const input = this.#inputs[index]!;
    input.ended = true;
    input.barrier = Number.POSITIVE_INFINITY;
    if (!kept) input.watermark = Number.POSITIVE_INFINITY;
    await this.#advance();
  }

  async #advance(): Promise<void> {
    const waiting = this.#inputs.filter((input) => input.watermark !== Number.POSITIVE_INFINITY);
    const active = waiting.filter((input) => !input.idle);
    const watermark = Math.min(...(active.length === 0 ? waiting : active).map((input) => input.watermark));
    const idle = active.length === 0 && waiting.length > 0;
    const later = watermark > this.#watermark && Number.isFinite(watermark);
    if (later || (idle && !this.#idle)) {
      if (later) this.#watermark = watermark;
      this.#idle = idle;
      await this.#emit({ kind: 'watermark', time: this.#watermark, ...(idle && { idle }) });
    }
    const barrier = Math.min(...this.#inputs.map((input) => input.barrier));
    if (barrier > this.#barrier && Number.isFinite(barrier)) {
      this.#barrier = barrier;
      await this.#emit({ kind: 'barrier', id: barrier });
      this.release(barrier);
    }
  }

  /** Lets inputs go on that are held back: by this barrier, or one before it. Others may have delivered a later one. */
  release(barrier = Number.POSITIVE_INFINITY): void {
    const held = this.#held;
    this.#held = held.filter((one) => one.barrier > barrier);
    for (const one of held) if (one.barrier <= barrier) one.goOn();
  }
}
