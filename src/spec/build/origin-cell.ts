import type { Origin } from '../../interfaces/batch.ts';
import type { OperatorContext, Output, SyncLogic, SyncOperator } from '../../interfaces/operator.ts';

/**
 * Where expressions of one operator ask where a record came from. It is filled only while the operator is at work, in
 * whichever run: that work is synchronous, so that runs do not meet.
 */
export class OriginCell {
  /** Whether an expression asks at all. */
  used = false;
  #context: Pick<OperatorContext, 'origin'> | undefined;

  /** The origin of the record in work; `undefined` where it is not known. */
  origin(place: boolean): Origin | undefined {
    return place ? this.#context?.origin() : this.#context?.origin('brief');
  }

  /** Does something for the record that is in work there. */
  during<T>(context: OperatorContext<never>, work: () => T): T {
    const before = this.#context;
    this.#context = context;
    try {
      return work();
    } finally {
      this.#context = before;
    }
  }
}

/**
 * The same operator, while whose work the cell is filled. The engine calls its `push` then, as plain functions in the
 * place of that are not told of origins; what no expression asks in stays as it is, and as fast.
 */
export function withOrigins<A, B>(operator: SyncOperator<A, B>, cell: OriginCell): SyncOperator<A, B> {
  return Object.freeze({
    ...operator,
    create(context: OperatorContext<B>): SyncLogic<A, B> {
      const logic = operator.create(context);
      const { transform: _, accepts: __, absorbs: ___, push, ...rest } = logic;
      const told = <T>(work: () => T): T => cell.during(context as OperatorContext<never>, work);
      return bound(logic, rest, {
        push: (record, emit) =>
          pulled(
            told(() => push.call(logic, record, emit)),
            told,
          ),
      });
    },
  });
}

type Told = <T>(work: () => T) => T;

/** What is pulled later is worked out later, too. */
function pulled<B>(output: Output<B>, told: Told): Output<B> {
  if (typeof output !== 'object') return output;
  return {
    [Symbol.iterator]() {
      const iterator = told(() => output[Symbol.iterator]());
      return {
        next: () => told(() => iterator.next()),
        return: (value?: unknown) => told(() => iterator.return?.(value)) ?? { done: true, value: undefined },
      };
    },
  };
}

/** A logic with the methods of another, which may be on its prototype, but for these. */
function bound<A, B>(
  logic: SyncLogic<A, B>,
  rest: Partial<SyncLogic<A, B>>,
  own: Pick<SyncLogic<A, B>, 'push'>,
): SyncLogic<A, B> {
  const { watermark, end, close, snapshot, restore } = logic;
  return {
    ...rest,
    ...own,
    ...(watermark && { watermark: watermark.bind(logic) }),
    ...(end && { end: end.bind(logic) }),
    ...(close && { close: close.bind(logic) }),
    ...(snapshot && { snapshot: snapshot.bind(logic) }),
    ...(restore && { restore: restore.bind(logic) }),
  };
}
