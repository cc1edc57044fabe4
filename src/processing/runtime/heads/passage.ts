import type { Admitted, CallGate, CallOutcome, Leave } from '../../../interfaces/call-limit.ts';

/** The way of one call through the gates in front of it, one after the other. */
export class Passage {
  readonly #gates: readonly CallGate[];
  readonly #through: () => void;
  readonly #refused: (error: unknown) => void;
  /** What to tell the gates that it has passed. */
  #leaves: Leave[] = [];
  #waiting = false;

  /** Of `through` and `refused`, one is called, once, unless it is withdrawn before. */
  constructor(gates: readonly CallGate[], through: () => void, refused: (error: unknown) => void) {
    this.#gates = gates;
    this.#through = through;
    this.#refused = refused;
  }

  go(): void {
    while (this.#leaves.length < this.#gates.length) {
      let leave: Leave | undefined;
      try {
        leave = this.#gates[this.#leaves.length]!.enter(this.#admitted);
      } catch (error) {
        this.leave({ kind: 'abandoned', ms: 0 });
        this.#refused(error);
        return;
      }
      if (leave === undefined) {
        this.#waiting = true;
        return;
      }
      this.#leaves.push(leave);
    }
    this.#through();
  }

  readonly #admitted: Admitted = (leave) => {
    this.#waiting = false;
    this.#leaves.push(leave);
    this.go();
  };

  /** No longer waits, if it does. */
  withdraw(): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    this.#gates[this.#leaves.length]!.withdraw(this.#admitted);
  }

  /** Tells all gates that it has passed; the last one first. */
  leave(outcome: CallOutcome): void {
    const leaves = this.#leaves;
    this.#leaves = [];
    for (const leave of leaves.toReversed()) leave(outcome);
  }
}
