import { didYouMean } from '../../core/did-you-mean.ts';
import { toError } from '../../core/errors.ts';
import type { BuildContext } from '../build-context.ts';
import { isFilePath, moduleUrl } from '../resolve-module.ts';
import { kindOf, type Located, type LocatedScalar } from '../source/located.ts';

const HINT = 'Write a module and the name of an export, e.g. "./enrich.ts#lookup".';

/** What `./module.ts#name` means, the module imported; `undefined` where that is not there, which is a problem. */
export async function moduleExport(
  node: LocatedScalar,
  { problems, confinement }: BuildContext,
): Promise<unknown> {
  const { value, span } = node;
  const [specifier = '', name, ...more] = typeof value === 'string' ? value.split('#') : [];
  if (specifier === '' || name === undefined || name === '' || more.length > 0) {
    return problems.add(span, `${JSON.stringify(value)} names no export of a module`, HINT);
  }
  const url = moduleUrl(specifier, span.source.path);
  // What is part of Node is none of a file: it would reach out of any folder.
  if (url === undefined || !url.startsWith('file:')) {
    const local = isFilePath(specifier);
    return problems.add(
      span,
      local ? `there is no file ${specifier}` : `there is no package "${specifier}"`,
      local
        ? 'Paths are relative to the file they are written in.'
        : `Install it, or begin the path of a file with "./".`,
    );
  }
  if (confinement.forbids(url, span, problems)) return undefined;
  try {
    const exports = (await import(url)) as Record<string, unknown>;
    if (Object.hasOwn(exports, name)) return exports[name];
    return problems.add(span, `${specifier} has no export "${name}"`, didYouMean(name, Object.keys(exports)));
  } catch (thrown) {
    const { name: kind, message } = toError(thrown);
    return problems.add(span, `cannot load ${specifier}: ${kind}: ${message.split('\n', 1)[0]}`);
  }
}

/**
 * A part of a pipeline that an export is, or that it makes as a function without arguments; known by what it has.
 * `undefined` where it is none, which is a problem.
 */
export async function modulePart(
  node: Located,
  what: 'operator' | 'reader' | 'writer',
  context: BuildContext,
): Promise<object | undefined> {
  const { problems } = context;
  if (node.kind !== 'scalar') return problems.add(node.span, `use: expected text, found ${kindOf(node)}`);
  const exported = await moduleExport(node, context);
  if (exported === undefined) return undefined;
  const shown = String(node.value);
  try {
    const part: unknown = typeof exported === 'function' ? await exported() : exported;
    const mark = what === 'operator' ? 'create' : 'open';
    if (typeof part === 'object' && part !== null && mark in part) return part;
  } catch (thrown) {
    return problems.add(node.span, `${shown} made no ${what}: ${toError(thrown).message}`);
  }
  return problems.add(node.span, `${shown} is no ${what}`, `Export ${EXPORTS[what]}.`);
}

const EXPORTS = {
  operator: 'what defineOperator() or an operator such as map() returns, or a function that returns it',
  reader: 'an object with open(), or a function that returns it',
  writer: 'an object with open(), or a function that returns it',
} as const;
