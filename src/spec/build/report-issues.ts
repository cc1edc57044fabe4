import type { z } from 'zod';
import { didYouMean } from '../../core/did-you-mean.ts';
import { showValue } from '../../core/show-value.ts';
import type { BuildContext } from '../build-context.ts';
import { entryOf, type Located, type LocatedMap, spanAt } from '../source/located.ts';
import type { Span } from '../source/source-text.ts';
import type { OptionValues } from './option-values.ts';
import { optionNames, schemaBelow, shapeOf } from './schema-walk.ts';

type Issue = z.core.$ZodIssue;

interface Reported {
  readonly what: string;
  readonly at: Span;
  readonly node: LocatedMap;
  readonly values: OptionValues;
}

/** Notes what a schema does not like about options as problems, each at its place in the file. */
export function reportIssues(
  schema: z.ZodType,
  issues: readonly Issue[],
  reported: Reported,
  context: BuildContext,
): void {
  for (const issue of issues) report(schema, issue, [], reported, context);
}

function report(
  schema: z.ZodType,
  issue: Issue,
  outer: readonly PropertyKey[],
  reported: Reported,
  context: BuildContext,
): void {
  const { what, at, node, values } = reported;
  const { problems } = context;
  const path = [...outer, ...issue.path];
  const found = valueAt(values.value, path);
  // What is not known, or not right in itself, is not judged.
  if (values.unknown && found === undefined && isWritten(node, path)) return;
  const name = path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const below = path.reduce<z.core.$ZodType | undefined>(step, schema);
    const known = below === undefined ? [] : optionNames(below);
    for (const key of issue.keys) {
      const where = name === '' ? what : `${name} of ${what}`;
      problems.add(
        spanAt(node, [...path, key], true),
        `${where} has no option "${key}"`,
        didYouMean(key, known),
      );
    }
    return;
  }
  if (issue.code === 'invalid_union') {
    const best = bestOf(issue.errors);
    if (best !== undefined) {
      for (const inner of best) report(schema, inner, path, reported, context);
      return;
    }
  }
  if (found === undefined && path.length > 0 && !isWritten(node, path)) {
    const span = path.length === 1 ? at : spanAt(node, path.slice(0, -1));
    // What a file calls the paths of a reader.
    const called = name === 'paths' && !Object.hasOwn(shapeOf(schema), 'path') ? 'path' : name;
    problems.add(span, `${what} needs "${called}"${expectation(issue)}`);
    return;
  }
  const span = path.length === 0 ? at : spanAt(node, path);
  const [message, hint] = inWords(issue, found);
  problems.add(span, `${name === '' ? what : name}: ${message}`, hint);
}

function step(schema: z.core.$ZodType | undefined, key: PropertyKey): z.core.$ZodType | undefined {
  return schemaBelow(schema, typeof key === 'number' ? key : String(key));
}

/** Of several forms the one that fits best: whose problems lie deepest. None where all of them miss the type itself. */
function bestOf(forms: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const inside = forms.filter((issues) =>
    issues.every(
      ({ path, code }) => path.length > 0 || (code !== 'invalid_type' && code !== 'invalid_value'),
    ),
  );
  const deep = inside.filter((issues) => issues.every(({ path }) => path.length > 0));
  if (inside.length > 1 && deep.length === 1) return deep[0];
  return inside.length === 1 ? inside[0] : undefined;
}

function expectation(issue: Issue): string {
  const text = issue.code === 'invalid_type' ? `: ${TYPES[issue.expected] ?? issue.expected}` : '';
  return text.endsWith(': unknown') ? '' : text;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  function: 'a function',
};

function inWords(issue: Issue, found: unknown): readonly [message: string, hint?: string | undefined] {
  const was = showValue(found);
  switch (issue.code) {
    case 'invalid_type':
      return [`expected ${TYPES[issue.expected] ?? issue.expected}, found ${was}`];
    case 'invalid_value': {
      return oneOf(issue.values.map(String), found);
    }
    case 'invalid_union': {
      // Which of several forms it is, is told by an option; the message has its values.
      const values = [...issue.message.matchAll(/'([^']*)'/g)].map(([, value]) => value!);
      if (issue.errors.length === 0) return oneOf(values, found);
      return [
        `expected ${[...new Set(issue.errors.flatMap((errors) => errors.map((one) => formOf(one))))].join(', or ')}, found ${was}`,
      ];
    }
    case 'too_small':
    case 'too_big': {
      const least = issue.code === 'too_small';
      const bound = String(least ? issue.minimum : issue.maximum);
      if (issue.origin === 'string' || issue.origin === 'array') {
        return [
          bound === '1' && least
            ? 'expected at least one'
            : `expected at ${least ? 'least' : 'most'} ${bound}`,
        ];
      }
      return [`expected ${least ? 'at least' : 'at most'} ${bound}, found ${was}`];
    }
    default:
      return [issue.message.replace(/^Invalid input: /, '').replace(/^Too (?:small|big): /, '')];
  }
}

function oneOf(
  values: readonly string[],
  found: unknown,
): readonly [message: string, hint?: string | undefined] {
  const near = typeof found === 'string' ? didYouMean(found, values) : undefined;
  const list = values.length === 1 ? values[0] : `one of ${values.join(', ')}`;
  return [`expected ${list}, found ${showValue(found)}`, near?.startsWith('Did you mean') ? near : undefined];
}

/** What a form of several would have been, in few words. */
function formOf(issue: Issue): string {
  if (issue.code === 'invalid_type') return TYPES[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value') return issue.values.map(String).join(', ');
  if (issue.code === 'invalid_union')
    return issue.errors.flatMap((errors) => errors.map(formOf)).join(', or ');
  return issue.message.replace(/^Invalid input: /, '').replace(/^expected /, '');
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = Reflect.get(at, key);
  }
  return at;
}

function isWritten(node: LocatedMap, path: readonly PropertyKey[]): boolean {
  let below: Located | undefined = node;
  for (const key of path) {
    below = below?.kind === 'list' ? below.items[Number(key)] : entryOf(below, String(key))?.value;
  }
  return below !== undefined;
}
