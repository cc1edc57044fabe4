import { z } from 'zod';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import { refusePromise } from '../../core/thenable.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { nameOf } from './check-callback.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { USE_ASYNC } from './plain-logic.ts';
import { fieldSetter, fieldsOf, type Replaced } from './record-fields.ts';
import { RecordIds } from './record-ids.ts';

/** How `recordId` works. */
export interface RecordIdOptions<F extends string = string> extends OperatorOptions {
  /** The field that the id gets. @default 'id' */
  readonly field?: F;
}

/** `A` with an id in the field `F`. */
export type Identified<A, F extends string> = A extends unknown ? Replaced<A, { [N in F]: string }> : never;

/** The options of `recordId`. */
export const recordIdOptions = operatorOptions.extend({
  field: z.string().min(1).default('id').describe('The field that the id gets'),
});

/**
 * Gives each record an id, which is the same whenever the same pipeline reads the same input again: also in a run that goes on
 * from a checkpoint. What is written under it twice is there once. A function makes of record and id what goes on; without one,
 * the id becomes the last field.
 *
 * An id is text of hexadecimal digits and numbers with `-` between them, as `6f1c2d3e4a5b60718293a4b5-812`. It follows from the names
 * of the pipeline, of this node and of the reader's, the path of the file, and the number of the record in it; behind operators that
 * make several of one record, also from which of these it is. What records hold does not matter.
 *
 * - Emits: what is made of each record.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: a record that has such a field already, or is no object, fails, `ERR_CALLBACK`; so does one for which the function
 *   throws or returns a promise. It holds the last origin of each reader.
 *
 * Where origins say nothing, as behind an aggregate, or not the same each time, `pipeline()` refuses it, `ERR_PIPELINE_INVALID`.
 *
 * @throws MillraceError `ERR_OPTIONS` for an empty `field`.
 * @example
 * ```ts
 * import { csv, forEach, pipeline, recordId } from 'millrace';
 *
 * const store = new Map<string, object>();
 * const orders = csv.read('orders.csv').pipe(recordId({ field: 'key' }));
 *
 * export default pipeline('orders', orders.to(forEach((one) => store.set(one.key, one), { idempotent: true })));
 * ```
 */
export function recordId<A, const F extends string = 'id'>(
  options?: RecordIdOptions<F>,
): Operator<A, Identified<A, F>>;
export function recordId<A, B>(make: (record: A, id: string) => B, options?: OperatorOptions): Operator<A, B>;
export function recordId(
  first: RecordIdOptions | ((record: unknown, id: string) => unknown) = {},
  options: OperatorOptions = {},
): Operator<unknown, unknown> {
  const make = typeof first === 'function' ? first : undefined;
  const given = typeof first === 'function' ? parseOptions(operatorOptions, options, 'recordId') : first;
  const { field, onError } = parseOptions(recordIdOptions, given, 'recordId');
  return defineOperator<unknown, unknown>({
    name: 'recordId',
    remembers: 'snapshot',
    identifies: true,
    cardinality: 'one',
    detail: make === undefined ? field : nameOf(make),
    onError,
    create(context) {
      const ids = new RecordIds(context);
      const put = make ?? intoField(field);
      return {
        push(record, emit) {
          const made = put(record, ids.next());
          if (made instanceof Promise) refusePromise(made, USE_ASYNC);
          // A record that fails uses up no number: it may be tried again.
          ids.take();
          emit(made);
        },
        snapshot: () => ids.snapshot(),
        restore: (state) => ids.restore(state),
      };
    },
  });
}

function intoField(field: string): (record: unknown, id: string) => unknown {
  let given = '';
  const set = fieldSetter(new Map([[field, () => given]]));
  return (record, id) => {
    if (Object.hasOwn(fieldsOf(record), field)) {
      throw new MillraceError('ERR_CALLBACK', `the record has a field "${field}" already`, {
        hint: 'Name another one, recordId({ field }), or drop() that in front.',
      });
    }
    given = id;
    return set(record);
  };
}
