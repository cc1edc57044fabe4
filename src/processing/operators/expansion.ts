import { MillraceError } from '../../core/errors.ts';
import { Fifo } from './fifo.ts';

/** What bounds an expansion. */
export interface ExpansionBounds {
  /** Records of this depth are not expanded; `undefined` to fail where there is no end in sight. */
  readonly depth: number | undefined;
  /** Records that may wait to be expanded. */
  readonly max: number;
}

/** Past such a depth a recursion is taken for one that never ends. */
const DEEPEST = 10_000;

/** A record that waits to be expanded. */
export interface Waiting<A> {
  readonly record: A;
  readonly depth: number;
}

/** Records that wait to be expanded, first in, first out, so that what comes of them is breadth first. */
export class Frontier<A> {
  readonly #bounds: ExpansionBounds;
  readonly #waiting = new Fifo<Waiting<A>>();

  constructor(bounds: ExpansionBounds) {
    this.#bounds = bounds;
  }

  /**
   * Puts a record behind all others, unless it is too deep to be expanded.
   *
   * @throws MillraceError `ERR_LIMIT` past the bounds.
   */
  add(record: A, depth: number): void {
    const { depth: deepest = DEEPEST, max } = this.#bounds;
    if (depth >= deepest) {
      if (this.#bounds.depth === undefined) throw endless();
      return;
    }
    if (this.#waiting.length >= max) throw tooMany(max);
    this.#waiting.push({ record, depth });
  }

  take(): Waiting<A> | undefined {
    return this.#waiting.length === 0 ? undefined : this.#waiting.shift();
  }
}

function endless(): MillraceError {
  return new MillraceError('ERR_LIMIT', `its expansion goes deeper than ${DEEPEST} levels`, {
    hint: 'Say at which depth to stop, e.g. { depth: 5 }, and look for records that come of themselves.',
    details: { depth: DEEPEST },
  });
}

function tooMany(max: number): MillraceError {
  return new MillraceError('ERR_LIMIT', `more than ${max} records wait to be expanded`, {
    hint: 'Raise max if memory allows it, or set a smaller depth.',
    details: { max },
  });
}
