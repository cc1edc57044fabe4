import type { Batch } from '../../interfaces/batch.ts';
import type { Emit } from '../../interfaces/operator.ts';
import type { StageNode } from './stage-node.ts';
import type { Tail } from './tail.ts';

/** Where a chain is at work. */
export interface FailurePlace {
  readonly batch: Batch<unknown>;
  readonly index: number;
}

/** What becomes of the failures of the operators of a chain. */
export class ChainFailures {
  readonly #place: FailurePlace;
  readonly #tail: Pick<Tail, 'dropped'>;
  #fatal: { readonly error: unknown } | undefined;

  constructor(place: FailurePlace, tail: Pick<Tail, 'dropped'>) {
    this.#place = place;
    this.#tail = tail;
  }

  /** An operator failed on a record: its policies decide, and `next` takes what they put in its place. */
  settle(node: StageNode, record: unknown, error: unknown, next: Emit<unknown>): void {
    if (this.#fatal !== undefined && error === this.#fatal.error) throw error;
    const { batch, index } = this.#place;
    const verdict = node.failures.settle(error, record, 1, {
      origin: () => batch.origin.at(index),
      raw: () => batch.origin.raw?.(index),
    });
    if (verdict.kind === 'replace') {
      next(verdict.record);
      return;
    }
    if (verdict.kind === 'fail') this.raise(verdict.error);
    if (verdict.kind === 'dead-letter') node.letters.push(verdict.letter);
    this.#tail.dropped(index);
  }

  /** Throws an error that no policy upstream in the chain may settle. */
  raise(error: unknown): never {
    this.#fatal = { error };
    throw error;
  }

  /** An operator failed while it worked on no record: no policy can settle that. */
  broke(node: StageNode, error: unknown): never {
    this.rethrow();
    throw node.explain(error, `process in "${node.name}"`);
  }

  /** An operator may have caught what its `emit` threw: the run fails all the same. */
  rethrow(): void {
    if (this.#fatal !== undefined) throw this.#fatal.error;
  }
}
