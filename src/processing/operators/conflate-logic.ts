import { formatOrigin } from '../../core/batch.ts';
import { MillraceError, toError } from '../../core/errors.ts';
import { refusePromise } from '../../core/thenable.ts';
import type { BatchOrigin } from '../../interfaces/batch.ts';
import type { DuplexContext, DuplexLogic } from '../../interfaces/operator.ts';
import type { Signal } from '../../interfaces/signal.ts';
import { LineSender } from './line-sender.ts';

/** Folds records into one value for as long as downstream does not take it. */
export class ConflateLogic<A, S> implements DuplexLogic<A> {
  readonly waitingFor = 'room downstream';
  readonly #context: DuplexContext<S>;
  readonly #seed: (record: A) => S;
  readonly #fold: (value: S, record: A) => S;
  readonly #sender: LineSender<S>;

  constructor(context: DuplexContext<S>, seed: (record: A) => S, fold: (value: S, record: A) => S) {
    this.#context = context;
    this.#seed = seed;
    this.#fold = fold;
    this.#sender = new LineSender(context, 1);
  }

  write(records: readonly A[], origin: BatchOrigin): void {
    const { line } = this.#sender;
    for (let index = 0; index < records.length; index++) {
      const value = this.#folded(records[index]!, origin, index);
      if (line.size === 0) line.add(value, origin, index);
      else line.replaceLast(value, origin, index);
    }
    this.#sender.wake();
  }

  /** A watermark may come later than it could, behind what is folded meanwhile; a barrier must not. */
  signal(signal: Signal): void | Promise<void> {
    this.#sender.line.addSignal(signal);
    this.#sender.wake();
    if (signal.kind === 'barrier') return this.#sender.drained();
  }

  end(): Promise<void> {
    return this.#sender.drained();
  }

  abort(): void {
    this.#sender.close();
  }

  #folded(record: A, origin: BatchOrigin, index: number): S {
    const { line } = this.#sender;
    try {
      const value = line.size === 0 ? this.#seed(record) : this.#fold(line.last as S, record);
      refusePromise(value, 'Give conflate() synchronous functions.');
      return value;
    } catch (error) {
      const { node } = this.#context;
      const at = origin.at(index);
      throw new MillraceError(
        'ERR_CALLBACK',
        `Cannot fold ${formatOrigin(at)} in "${node}": ${toError(error).message}`,
        { cause: error, node, origin: at },
      );
    }
  }
}
