import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { jsonSchemaCheck } from './json-schema.ts';
import { transforming } from './plain-logic.ts';
import type { JsonSchema, OutputOf, StandardIssue, StandardSchema } from './standard-schema.ts';

/** One thing that is wrong with a record: where, as `items.0.qty` (empty for the whole), and what. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/** Judges one record: the value to pass on, or at least one issue. */
export type Check = (record: unknown) => { readonly value?: unknown; readonly issues?: readonly Issue[] };

/**
 * Lets through the records that fit a schema, as the schema makes them: a zod schema, any Standard
 * Schema (valibot, arktype …), or a JSON Schema of draft-07, 2019-09 or 2020-12 (with formats). The
 * type of the output follows from the schema; with a JSON Schema, name it: `validate<Order>({ … })`.
 *
 * - Emits: what the schema makes of each record: converted, with defaults; with a JSON Schema the
 *   record itself.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: a record that does not fit fails with `ERR_VALIDATION`, permanent: the message names the
 *   first problem, `details.issues` has all as `{ path, message }`.
 *
 * @throws MillraceError `ERR_OPTIONS` for something that is no schema, and for a JSON Schema that
 * cannot be compiled. Schemas that validate asynchronously fail at the first record, `ERR_OPTIONS`.
 * @example
 * ```ts
 * import { from, skip, validate } from 'millrace';
 * import { z } from 'zod';
 *
 * const Order = z.object({ id: z.coerce.number().int(), status: z.enum(['paid', 'pending']) });
 * const orders = from([{ id: '7', status: 'paid' }]).pipe(validate(Order, { onError: skip() }));
 * ```
 */
export function validate<S extends StandardSchema>(
  schema: S,
  options?: OperatorOptions,
): Operator<unknown, OutputOf<S>>;
export function validate<B = unknown>(schema: JsonSchema, options?: OperatorOptions): Operator<unknown, B>;
export function validate(
  schema: StandardSchema | JsonSchema,
  options: OperatorOptions = {},
): Operator<unknown, unknown> {
  const check = checkFor(schema);
  return defineOperator<unknown, unknown>({
    name: 'validate',
    remembers: 'none',
    cardinality: 'one',
    ...parseOptions(operatorOptions, options, 'validate'),
    create: () =>
      transforming((record) => {
        const checked = check(record);
        if (checked.issues !== undefined && checked.issues.length > 0) throw invalid(checked.issues);
        return checked.value;
      }),
  });
}

function checkFor(schema: unknown): Check {
  if (isObject(schema) && typeof schema['~standard']?.validate === 'function') {
    const standard = standardCheck(schema as unknown as StandardSchema);
    return isZod(schema) ? zodCheck(schema, standard) : standard;
  }
  if (typeof schema === 'boolean' || (isObject(schema) && typeof schema !== 'function')) {
    return jsonSchemaCheck(schema);
  }
  throw new MillraceError(
    'ERR_OPTIONS',
    `Cannot use validate(): a schema cannot be of type ${typeof schema}`,
    {
      hint: 'Give validate() a zod schema, another Standard Schema, or a JSON Schema object.',
    },
  );
}

type Fields = { readonly [key: string]: { readonly [key: string]: unknown } | undefined };

function isObject(value: unknown): value is Fields {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function standardCheck(schema: StandardSchema): Check {
  const standard = schema['~standard'];
  return (record) => {
    const result = standard.validate(record);
    if (result instanceof Promise) throw asynchronous(result);
    const { issues } = result;
    return issues === undefined ? (result as { value: unknown }) : { issues: issues.map(normalised) };
  };
}

/** The slice of zod 4 behind its own `parse`. */
interface ZodCore {
  readonly _zod: {
    run(
      payload: { value: unknown; issues: [] },
      context: { async: false },
    ): { readonly value: unknown; readonly issues: readonly unknown[] } | Promise<unknown>;
  };
}

function isZod(schema: object): schema is ZodCore {
  return typeof (schema as Partial<ZodCore>)._zod?.run === 'function';
}

/**
 * A third faster than zod's standard interface where records fit; and what a refinement throws comes
 * out as it is, where the standard interface takes it for asynchronous. Bad records are parsed again
 * for their messages.
 */
function zodCheck(schema: ZodCore, standard: Check): Check {
  const zod = schema._zod;
  return (record) => {
    try {
      const result = zod.run({ value: record, issues: [] }, { async: false });
      if (result instanceof Promise) throw asynchronous(result);
      return result.issues.length === 0 ? { value: result.value } : standard(record);
    } catch (error) {
      const { name } = (error as Partial<object> | undefined)?.constructor ?? {};
      throw name === '$ZodAsyncError' ? asynchronous() : error;
    }
  };
}

function normalised({ path = [], message }: StandardIssue): Issue {
  const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return { path: keys.join('.'), message };
}

/** The message continues the engine's "Cannot process orders.csv line 12 in ...: ". */
function invalid(issues: readonly Issue[]): MillraceError {
  const { path, message } = issues[0]!;
  const more = issues.length === 1 ? '' : ` (and ${issues.length - 1} more)`;
  const where = path === '' ? '' : `${path}: `;
  return new MillraceError('ERR_VALIDATION', `${where}${message}${more}`, { details: { issues } });
}

function asynchronous(result?: Promise<unknown>): MillraceError {
  result?.catch(() => {});
  return new MillraceError('ERR_OPTIONS', 'the schema validates asynchronously', {
    hint: 'Use a schema without asynchronous refinements, or parse in mapAsync().',
  });
}
