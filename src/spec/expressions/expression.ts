import { MillraceError } from '../../core/errors.ts';
import type { Origin } from '../../interfaces/batch.ts';
import type { ExpressionFunction } from '../../interfaces/expression-function.ts';
import { checkExpression } from './check-expression.ts';
import { closureOf, type Functions } from './closures.ts';
import { expressionError } from './expression-error.ts';
import { Fault, placed } from './fault.ts';
import { BUILTIN_FUNCTIONS } from './functions/builtin-functions.ts';
import { generate } from './generate.ts';
import { LIST_MACROS, MACROS } from './macros.ts';
import { parseExpression } from './parse-expression.ts';
import { newScope } from './scope.ts';
import { kindOf } from './values.ts';

/** What an expression sees besides the record. */
export interface ExpressionScope {
  readonly origin?: Origin | undefined;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

/** Options of {@link compileExpression}. */
export interface ExpressionOptions {
  /** The fields that records have, where they are known: others are errors at once. */
  readonly fields?: readonly string[] | undefined;
  /** The names of the parameters, where they are known. */
  readonly params?: readonly string[] | undefined;
  /** Functions, e.g. of plugins: those that are not built in come on top, and cannot take the place of any. */
  readonly functions?: readonly ExpressionFunction[] | undefined;
}

/** A compiled expression: call it with a record. */
export interface Expression<T = unknown> {
  /** @throws MillraceError `ERR_EXPRESSION` for what cannot be done with this record. */
  (record: unknown, scope?: ExpressionScope): T;
  readonly source: string;
  /** The fields of records that it reads; `undefined` where it uses the record as a whole. */
  readonly columns: readonly string[] | undefined;
  /** Whether it asks for the origin, which costs something to find out. */
  readonly usesOrigin: boolean;
  /** Whether it asks for the line or the byte of it, which may have to be looked for in the text. */
  readonly usesPlace: boolean;
}

const BUILTINS: Functions = new Map(BUILTIN_FUNCTIONS.map((fn) => [fn.name, fn]));

/**
 * Compiles an expression of CEL, the Common Expression Language, into a function of a record. It sees `record`, its
 * `origin` and `params`, and nothing else; it ends, and takes no more memory than a bound.
 *
 * Numbers are one kind, whether a reader gives doubles or big integers: `record.qty > 5` and `record.qty / 2`
 * just work, and 7 / 2 is 3.5.
 *
 * @throws MillraceError `ERR_EXPRESSION` for what is no expression, with the place and the nearest name.
 * @example
 * ```ts
 * import { compileExpression } from 'millrace/spec';
 *
 * const total = compileExpression('record.qty * record.price');
 * total({ qty: 2, price: 1.5 }); // 3
 * ```
 */
export function compileExpression(source: string, options: ExpressionOptions = {}): Expression {
  return compile(source, options, (value) => value);
}

/**
 * Compiles a condition. A record for which it is neither true nor false fails.
 *
 * @throws MillraceError `ERR_EXPRESSION` as {@link compileExpression} does.
 */
export function compilePredicate(source: string, options: ExpressionOptions = {}): Expression<boolean> {
  return compile(source, options, (value) => {
    if (typeof value === 'boolean') return value;
    throw new Fault(`a condition is true or false, and this is ${kindOf(value)}`, {
      hint: 'Compare it with something, e.g. by == or >.',
    });
  });
}

function compile<T>(
  source: string,
  options: ExpressionOptions,
  checked: (value: unknown) => T,
): Expression<T> {
  const functions = functionsWith(options.functions ?? []);
  try {
    const ast = parseExpression(source);
    const { columns, origin, place } = checkExpression(ast, {
      functions,
      fields: options.fields,
      params: options.params,
    });
    const evaluate = closureOf(ast, functions);
    const carefully = (record: unknown, scope?: ExpressionScope): T => {
      try {
        return checked(evaluate(newScope(record, scope?.origin, scope?.params)));
      } catch (thrown) {
        throw expressionError('evaluate', source, placed(thrown, ast));
      }
    };
    const call = generate(ast, functions, carefully, checked) ?? carefully;
    return Object.freeze(
      Object.assign(call as (record: unknown, scope?: ExpressionScope) => T, {
        source,
        columns,
        usesOrigin: origin,
        usesPlace: place,
      }),
    );
  } catch (thrown) {
    throw thrown instanceof Fault ? expressionError('compile', source, thrown) : thrown;
  }
}

/** @throws MillraceError `ERR_COMPONENT_DUPLICATE` for a name that is taken. */
function functionsWith(more: readonly ExpressionFunction[]): Functions {
  if (more.length === 0) return BUILTINS;
  const functions = new Map(BUILTINS);
  for (const fn of more) {
    if (BUILTINS.get(fn.name) === fn) continue;
    if (functions.has(fn.name) || MACROS.has(fn.name) || LIST_MACROS.has(fn.name)) {
      throw new MillraceError(
        'ERR_COMPONENT_DUPLICATE',
        `Cannot add the function ${fn.name}(): there is one of that name`,
      );
    }
    functions.set(fn.name, fn);
  }
  return functions;
}
