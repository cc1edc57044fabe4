import type { z } from 'zod';
import { deprecatedAmong } from '../../core/deprecation.ts';
import { roleOf } from '../../core/option-role.ts';
import type { BuildContext } from '../build-context.ts';
import {
  kindOf,
  type Located,
  type LocatedEntry,
  type LocatedMap,
  NO_ENTRIES,
  spanAt,
} from '../source/located.ts';
import type { Span } from '../source/source-text.ts';
import { type OptionValues, optionValues } from './option-values.ts';
import { reportIssues } from './report-issues.ts';
import { isRecord, shapeOf } from './schema-walk.ts';

/** Whose options they are. */
export interface OptionsOf {
  /** In words, for messages: `csv`. */
  readonly what: string;
  /** Where it is named. */
  readonly at: Span;
  /** The option that a single value stands for. */
  readonly main?: string | undefined;
}

/** Options of which nothing is wrong as far as that is known; `value` and `data` as written, without defaults. */
export interface CheckedOptions extends OptionValues {
  readonly node: LocatedMap;
}

/** The options as the schema wants them; `undefined` where something is wrong, all of which are problems. */
export async function checkedOptions(
  schema: z.ZodType,
  written: Located,
  whose: OptionsOf,
  context: BuildContext,
): Promise<CheckedOptions | undefined> {
  const node = asMap(schema, written, whose, context);
  if (node === undefined) return undefined;
  const before = context.problems.count;
  const values = await optionValues(schema, node, context);
  const result = await schema.safeParseAsync(values.value);
  if (!result.success) reportIssues(schema, result.error.issues, { node, values, ...whose }, context);
  for (const { path, code, since, instead } of deprecatedAmong(schema, values.value)) {
    const found = `the option "${path.join('.')}" is deprecated since millrace ${since} (${code})`;
    context.notes.add(spanAt(node, path, true), found, instead);
  }
  return context.problems.count > before ? undefined : { ...values, node };
}

/** The roles of options that an export of a module may stand for. */
const USED: ReadonlySet<string> = new Set(['function', 'schema', 'export']);

/** What is written as a map of options: a single value is that of the main one, nothing is none. */
function asMap(
  schema: z.ZodType,
  node: Located,
  { what, at, main }: OptionsOf,
  { problems }: BuildContext,
): LocatedMap | undefined {
  const shape = shapeOf(schema);
  const single = (value: Located, rest: readonly (readonly [string, LocatedEntry])[] = []): LocatedMap => ({
    kind: 'map',
    entries: new Map([[main!, { key: at, value }], ...rest]),
    span: node.span,
    size: node.size + 1,
  });
  if (node.kind === 'map') {
    if (main === undefined || node.entries.has(main)) return renamed(node, shape);
    const of = shape[main]!;
    const role = roleOf(of);
    for (const form of ['use', 'expression']) {
      const entry = node.entries.get(form);
      if (entry === undefined || Object.hasOwn(shape, form)) continue;
      if (form === 'use' ? !USED.has(role?.role ?? '') : role?.role !== 'function') continue;
      const named: LocatedMap = {
        kind: 'map',
        entries: new Map([[form, entry]]),
        span: entry.value.span,
        size: 2,
      };
      return single(
        named,
        [...node.entries].filter(([key]) => key !== form),
      );
    }
    if (!isRecord(of)) return renamed(node, shape);
    const onError = node.entries.get('onError');
    const inner = new Map([...node.entries].filter(([key]) => key !== 'onError'));
    return single({ ...node, entries: inner }, onError === undefined ? [] : [['onError', onError]]);
  }
  if (node.kind === 'scalar' && node.value === null) return { ...node, kind: 'map', entries: NO_ENTRIES };
  if (main !== undefined) return single(node);
  const names = Object.keys(shape);
  return problems.add(
    node.span,
    `${what} takes ${names.length === 0 ? 'no options' : 'a map of options'}, found ${kindOf(node)}`,
    names.length === 0 ? `Write "- ${what}".` : `The options are ${names.join(', ')}.`,
  );
}

/** `path` also stands for `paths` where there is no other option of that name. */
function renamed(node: LocatedMap, shape: Readonly<Record<string, unknown>>): LocatedMap {
  const path = node.entries.get('path');
  if (path === undefined || Object.hasOwn(shape, 'path') || !Object.hasOwn(shape, 'paths')) return node;
  return {
    ...node,
    entries: new Map([...node.entries].map(([key, entry]) => [key === 'path' ? 'paths' : key, entry])),
  };
}
