import type { Watermark } from '../../interfaces/signal.ts';
import type { Mark } from './chain-host.ts';
import type { Port } from './port.ts';

/**
 * Event time that is to be sent before the next record. Of several with no record between them only the
 * last is: time that goes on with every record which a window swallows costs no signals.
 */
export class Marks {
  readonly #ports: readonly Port[];
  #time = Number.NEGATIVE_INFINITY;
  #next: Watermark | undefined;

  constructor(ports: readonly Port[]) {
    this.#ports = ports;
  }

  /** Takes what is later than all before, and that nothing comes at present. */
  put(mark: Mark): void {
    if (mark === 'idle') this.#next = { kind: 'watermark', time: this.#time, idle: true };
    else if (mark > this.#time) {
      this.#time = mark;
      this.#next = { kind: 'watermark', time: mark };
    }
  }

  send(): void {
    if (this.#next === undefined) return;
    for (const port of this.#ports) port.send(this.#next);
    this.#next = undefined;
  }
}

/** Passes on event time that is later than all before, and that nothing comes at present. */
export function laterOnly(pass: (mark: Mark) => void): (mark: Mark) => void {
  let reached = Number.NEGATIVE_INFINITY;
  return (mark) => {
    if (mark === 'idle') pass(mark);
    else if (mark > reached) {
      reached = mark;
      pass(mark);
    }
  };
}
