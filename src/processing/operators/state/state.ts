import { listState } from './list-state.ts';
import { mapState } from './map-state.ts';
import { valueState } from './value-state.ts';

/**
 * What can be kept for each key by `process`: `state.value(initial)`, `state.list<T>({ max })` and
 * `state.map<N, V>({ max })`, each with a `ttl` if it is to go after a while. All of it is to be plain data.
 *
 * @example
 * ```ts
 * import { from, state } from 'millrace';
 *
 * const counts = from(['a', 'b', 'a']).keyBy((word) => word).process({
 *   state: { n: state.value(0, { ttl: '1h' }) },
 *   onRecord(_word, { state }) {
 *     state.n.update((n) => n + 1);
 *   },
 *   onEnd: ({ key, state }) => [{ word: key, n: state.n.get() }],
 * });
 * ```
 */
export const state = Object.freeze({ value: valueState, list: listState, map: mapState });
