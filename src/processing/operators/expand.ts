import { z } from 'zod';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import { showValue } from '../../core/show-value.ts';
import { atOnce, refusePromise } from '../../core/thenable.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { checkCallback, nameOf } from './check-callback.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { type ExpansionBounds, Frontier } from './expansion.ts';

/** How `expand` works. */
export interface ExpandOptions extends OperatorOptions {
  /** Levels to expand: 1 for what comes of the input only. @default all, and past 10 000 it fails */
  readonly depth?: number;
  /** Records that may wait to be expanded. @default 100_000 */
  readonly max?: number;
}

/** How far an expansion goes. */
export const expansionOptions = z.strictObject({
  depth: z.number().int().min(0).optional().describe('Levels to expand'),
  max: z.number().int().min(1).default(100_000).describe('Records that may wait to be expanded'),
});

const schema = operatorOptions.extend(expansionOptions.shape);

/**
 * Passes each record on, and all that comes of it: the records that `fn` makes of it, those that it
 * makes of them, and so on, breadth first. For promises and async iterables take `expandAsync`.
 *
 * - Emits: each record, then the records of depth 1, of depth 2 … It is pulled as downstream has room,
 *   so what comes of one record may be more than memory holds.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over and the last record is expanded.
 * - Cancels: when downstream does.
 * - On error: what `fn` throws is a failure of the record of the input, and so are a result that cannot
 *   be iterated, `ERR_CALLBACK`, more than `max` waiting records, and without `depth` more than
 *   10 000 levels, `ERR_LIMIT`. What was emitted by
 *   then stays.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `depth` is a whole number from 0 and `max` one from 1.
 * @example
 * ```ts
 * import { expand, from } from 'millrace';
 *
 * interface Folder {
 *   name: string;
 *   folders?: Folder[];
 * }
 * const root: Folder = { name: '/', folders: [{ name: 'a' }, { name: 'b' }] };
 * const all = from([root]).pipe(expand((folder) => folder.folders, { depth: 20 }));
 * ```
 */
export function expand<A>(
  fn: (record: A, depth: number) => Iterable<A> | null | undefined,
  options: ExpandOptions = {},
): Operator<A, A> {
  checkCallback('expand', fn);
  const { onError, depth, max } = parseOptions(schema, options, 'expand');
  return defineOperator<A, A>({
    name: 'expand',
    remembers: 'none',
    cardinality: 'many',
    origins: 'kept',
    detail: nameOf(fn),
    onError,
    create: () => ({
      // Nothing of a record that cannot be expanded is emitted.
      push: (record) => expanded(record, depth === 0 ? [] : iterable(fn(record, 0)), fn, { depth, max }),
    }),
  });
}

function* expanded<A>(
  record: A,
  children: Iterable<A>,
  fn: (record: A, depth: number) => Iterable<A> | null | undefined,
  bounds: ExpansionBounds,
): Generator<A> {
  const frontier = new Frontier<A>(bounds);
  yield record;
  let made = children;
  let depth = 1;
  for (;;) {
    for (const child of made) {
      yield child;
      frontier.add(child, depth);
    }
    const next = frontier.take();
    if (next === undefined) return;
    made = iterable(fn(next.record, next.depth));
    depth = next.depth + 1;
  }
}

/**
 * What came of a record, to be iterated; nothing is no record.
 *
 * @throws MillraceError `ERR_CALLBACK` for what cannot be iterated.
 */
export function iterable<A>(made: Iterable<A> | null | undefined): Iterable<A> {
  if (made === undefined || made === null) return [];
  if (typeof made[Symbol.iterator] === 'function') return atOnce(made);
  refusePromise(made, 'Use expandAsync().');
  throw new MillraceError(
    'ERR_CALLBACK',
    `its callback returned ${showValue(made)}, which cannot be iterated`,
    {
      hint: 'Return an array or another iterable of records, or nothing for none.',
    },
  );
}
