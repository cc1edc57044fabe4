import { createRequire } from 'node:module';
import type { Ajv, ErrorObject, Options, ValidateFunction } from 'ajv';
import { MillraceError, toError } from '../../core/errors.ts';
import type { JsonSchema } from './standard-schema.ts';
import type { Check, Issue } from './validate.ts';

/** Loading ajv takes longer than loading all of millrace, so it waits until a JSON Schema is met. */
const require = createRequire(import.meta.url);

type AjvClass = new (options: Options) => Ajv;

const OPTIONS: Options = { strictTypes: false, strictTuples: false, strictRequired: false, logger: false };

/**
 * Compiles a JSON Schema of draft-07 (also where `$schema` is absent), 2019-09 or 2020-12, with the
 * standard formats. Misspelt keywords and unknown formats are errors: ignoring them would let bad
 * records through.
 *
 * @throws MillraceError `ERR_OPTIONS` for a schema that cannot be compiled, and for `$async` ones.
 */
export function jsonSchemaCheck(schema: JsonSchema): Check {
  if (typeof schema === 'object' && schema.$async === true) {
    throw new MillraceError('ERR_OPTIONS', 'Cannot use the JSON Schema: it is asynchronous', {
      hint: 'Remove $async, or validate in mapAsync().',
    });
  }
  const first = compile(schema, false);
  let all: ValidateFunction | undefined;
  return (record) => {
    if (first(record)) return { value: record };
    all ??= compile(schema, true);
    all(record);
    return { issues: (all.errors ?? []).map(issue) };
  };
}

/** Stopping at the first problem is the faster code; records that fail are checked once more for all. */
function compile(schema: JsonSchema, allErrors: boolean): ValidateFunction {
  try {
    const ajv = new (ajvFor(schema))({ ...OPTIONS, allErrors });
    (require('ajv-formats') as { default: (ajv: Ajv) => void }).default(ajv);
    return ajv.compile(schema);
  } catch (error) {
    const { message } = toError(error);
    throw new MillraceError('ERR_OPTIONS', `Cannot use the JSON Schema: ${message}`, { cause: error });
  }
}

function ajvFor(schema: JsonSchema): AjvClass {
  const draft = typeof schema === 'object' ? String(schema.$schema ?? '') : '';
  if (draft.includes('2020-12')) return (require('ajv/dist/2020.js') as { default: AjvClass }).default;
  if (draft.includes('2019-09')) return (require('ajv/dist/2019.js') as { default: AjvClass }).default;
  return (require('ajv') as { default: AjvClass }).default;
}

function issue(error: ErrorObject): Issue {
  const path = error.instancePath.split('/').slice(1);
  const { additionalProperty, missingProperty } = error.params as { [name: string]: string | undefined };
  const inside = additionalProperty ?? missingProperty;
  if (inside !== undefined) path.push(inside);
  return {
    path: path.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')).join('.'),
    message: error.message ?? error.keyword,
  };
}
