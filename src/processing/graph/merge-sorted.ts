import { MillraceError } from '../../core/errors.ts';
import {
  type OrderOptions,
  type SortField,
  type SortPart,
  type SortValue,
  sortOrder,
} from '../sorting/sort-order.ts';
import { Flow } from './flow.ts';
import { createNode, type JoinNode, PORT } from './node.ts';

/** What flows that are merged are sorted by. */
export interface MergeSortedOptions<T> extends OrderOptions {
  /** What the flows are sorted by: a field, a function of a record or one `(a, b)` that compares, or a list of parts. */
  readonly by: SortField<T> | ((record: T, other: T) => SortValue) | readonly SortPart<T>[];
}

type FlowRecord<F> = F extends Flow<infer T> ? T : never;

/**
 * All records of flows that are sorted already, sorted: as `sort` would, but holding no more than a batch of
 * each. Equal records come in the order of the flows. A flow that is not sorted fails the run, `ERR_UNSORTED`,
 * as soon as a record shows it.
 *
 * It waits for the flow whose turn it is while the others are full, so that flows which come from one
 * source can wait for one another: such a pipeline is refused.
 *
 * @throws MillraceError `ERR_OPTIONS` for something that is no flow, or wrong options.
 * @example
 * ```ts
 * import { from, mergeSorted } from 'millrace';
 *
 * const both = mergeSorted(from([{ n: 1 }, { n: 4 }]), from([{ n: 2 }, { n: 3 }]), { by: 'n' });
 * ```
 */
export function mergeSorted<F extends readonly Flow<unknown>[]>(
  ...given: readonly [...flows: F, options: MergeSortedOptions<FlowRecord<F[number]>>]
): Flow<FlowRecord<F[number]>> {
  const flows = given.slice(0, -1);
  const last: unknown = given.at(-1);
  if (typeof last !== 'object' || last === null || last instanceof Flow || !('by' in last)) {
    throw new MillraceError(
      'ERR_OPTIONS',
      'Cannot merge sorted flows: it is not said what they are sorted by',
      {
        hint: 'Give it as the last argument: mergeSorted(a, b, { by: "id" }).',
      },
    );
  }
  const { by, ...how } = last as MergeSortedOptions<unknown>;
  const order = sortOrder(by as (record: unknown) => SortValue, how, 'mergeSorted');
  const inputs = flows.map((flow) => {
    if (flow instanceof Flow) return flow[PORT];
    throw new MillraceError('ERR_OPTIONS', `Cannot merge sorted flows: ${String(flow)} is not a flow`, {
      hint: 'Make a flow of it with from().',
    });
  });
  const [first] = flows;
  if (first === undefined) {
    throw new MillraceError('ERR_OPTIONS', 'Cannot merge sorted flows: none are given');
  }
  const node = createNode<JoinNode>({ kind: 'merge-sorted', inputs, order });
  return new Flow({ node, port: 'out' }, Flow.toolkit(first as Flow<unknown>));
}
