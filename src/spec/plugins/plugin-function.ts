import { isObject, wrongPart } from '../../core/plugin-part.ts';
import type { ExpressionFunction } from '../../interfaces/expression-function.ts';
import { BUILTIN_FUNCTIONS } from '../expressions/functions/builtin-functions.ts';
import { LIST_MACROS, MACROS } from '../expressions/macros.ts';

const TAKEN: ReadonlySet<string> = new Set([
  ...BUILTIN_FUNCTIONS.map(({ name }) => name),
  ...MACROS.keys(),
  ...LIST_MACROS.keys(),
]);

const KIND = /^(?:any|text|number|integer|bool|time|duration|list|map)\??$/;

/** A function of a plugin, checked. @throws MillraceError `ERR_OPTIONS`. */
export function pluginFunction(
  plugin: string,
  name: string,
  given: Omit<ExpressionFunction, 'name'>,
): ExpressionFunction {
  const where = `function ${name}() of plugin "${plugin}"`;
  if (!isObject(given)) throw wrongPart(where, 'it is no object');
  const { summary, parameters, returns, call } = given;
  if (!/^[a-z]\w*$/i.test(name)) throw wrongPart(where, 'its name is not one of letters, digits and "_"');
  if (TAKEN.has(name)) throw wrongPart(where, 'the name is that of a function of millrace');
  if (typeof call !== 'function') throw wrongPart(where, 'it has no call()');
  if (!Array.isArray(parameters)) throw wrongPart(where, 'its parameters are no list');
  const strange = [...parameters, returns].find((kind) => !KIND.test(kind));
  if (strange !== undefined) throw wrongPart(where, `there is no kind of value ${JSON.stringify(strange)}`);
  const optional = parameters.findIndex((kind) => kind.endsWith('?'));
  if (optional !== -1 && parameters.slice(optional).some((kind) => !kind.endsWith('?'))) {
    throw wrongPart(where, 'a parameter that may be left out stands before one that may not');
  }
  return Object.freeze({
    name,
    summary,
    parameters: Object.freeze([...parameters]),
    returns,
    call,
  });
}
