import { MillraceError } from '../../core/errors.ts';
import { Flow } from './flow.ts';
import { createNode, type JoinNode, PORT } from './node.ts';

/**
 * All records of all flows, as they come; order is kept within each flow.
 *
 * @example
 * ```ts
 * import { from, merge } from 'millrace';
 *
 * const both = merge(from([1, 2]), from(['a', 'b'])); // Flow<number | string>
 * ```
 */
export function merge<F extends readonly Flow<unknown>[]>(...flows: F): Flow<FlowRecord<F[number]>> {
  return join('merge', flows);
}

/**
 * All records of the first flow, then those of the second, and so on. A flow's reader is opened when
 * its turn comes.
 *
 * @example
 * ```ts
 * import { concat, from } from 'millrace';
 *
 * const oneToFour = concat(from([1, 2]), from([3, 4]));
 * ```
 */
export function concat<F extends readonly Flow<unknown>[]>(...flows: F): Flow<FlowRecord<F[number]>> {
  return join('concat', flows);
}

/**
 * Arrays of the first records of each flow, of the second, and so on; ends with the shortest flow.
 *
 * @example
 * ```ts
 * import { from, zip } from 'millrace';
 *
 * const pairs = zip(from([1, 2]), from(['a', 'b'])); // Flow<[number, string]>
 * ```
 */
export function zip<F extends readonly Flow<unknown>[]>(
  ...flows: F
): Flow<{ -readonly [K in keyof F]: FlowRecord<F[K]> }> {
  return join('zip', flows);
}

type FlowRecord<F> = F extends Flow<infer T> ? T : never;

function join<T>(kind: JoinNode['kind'], flows: readonly Flow<unknown>[]): Flow<T> {
  const inputs = flows.map((flow) => {
    if (!(flow instanceof Flow)) {
      throw new MillraceError('ERR_OPTIONS', `Cannot ${kind} flows: ${String(flow)} is not a flow`, {
        hint: 'Make a flow of it with from().',
      });
    }
    return flow[PORT];
  });
  const first = flows[0];
  if (first === undefined) throw new MillraceError('ERR_OPTIONS', `Cannot ${kind} flows: none are given`);
  const node = createNode<JoinNode>({ kind, inputs });
  return new Flow<T>({ node, port: 'out' }, Flow.toolkit(first));
}
