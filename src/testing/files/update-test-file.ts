import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isScalar, type Node, parse, parseDocument, visit, type YAMLMap } from 'yaml';
import { MillraceError } from '../../core/errors.ts';
import type { FileTestResult } from './test-result.ts';
import { applied, type Edit, type Layout, replaced, withEntry } from './yaml-edits.ts';

/** What a file of tests says when what came is what is expected, and how many tests that concerns. */
export interface UpdatedFile {
  readonly text: string;
  readonly tests: readonly string[];
}

/**
 * Puts what came in the place of what was expected, for tests that differ: comments and layout stay as they are, and so
 * does what was expected of errors that did not come, and of marbles.
 *
 * @throws MillraceError `ERR_PIPELINE_FILE` where that would change something else, too: where anchors are shared; and where a
 * secret would be written down that the file does not hold.
 */
export function updatedTestFile(
  shown: string,
  text: string,
  results: readonly FileTestResult[],
  secretsWithin: (text: string) => readonly string[] = () => [],
): UpdatedFile {
  const document = parseDocument(text);
  const layout: Layout = { text, document, json: /\.json$/i.test(shown) };
  const edits: Edit[] = [];
  const wanted = parse(text) as { tests: Record<string, Record<string, unknown>> };
  const tests: string[] = [];
  for (const { name, differences } of results) {
    const updates = differences.flatMap(({ update }) => update ?? []);
    if (updates.length === 0) continue;
    tests.push(name);
    const test = document.getIn(['tests', name], true) as YAMLMap;
    for (const { path, value } of updates) {
      edits.push(...editsFor(test, ['expect', ...path], value, layout));
      setIn(wanted.tests[name]!, ['expect', ...path], value);
    }
  }
  const updated = applied(text, edits);
  if (!isSame(updated, wanted)) throw refusal(shown, document);
  refuseSecrets(shown, wholeText(text), wholeText(updated), secretsWithin);
  return { text: updated, tests };
}

function refusal(shown: string, document: Document.Parsed): MillraceError {
  const message = `Cannot update ${shown}: other parts of it would change, too`;
  let shared = false;
  visit(document, {
    Alias() {
      shared = true;
      return visit.BREAK;
    },
  });
  return shared
    ? new MillraceError('ERR_PIPELINE_FILE', message, {
        hint: 'Anchors are shared between what is expected and something else: write what is expected out.',
      })
    : new MillraceError('ERR_INTERNAL', message, {
        hint: 'This is a bug in millrace: please report it, with the file. It is as it was.',
      });
}

function refuseSecrets(
  shown: string,
  before: string,
  after: string,
  within: (text: string) => readonly string[],
): void {
  const known = new Set(within(before));
  if (within(after).every((secret) => known.has(secret))) return;
  throw new MillraceError(
    'ERR_PIPELINE_FILE',
    `Cannot update ${shown}: a secret would be written into it, for all to read`,
    {
      hint: 'Give it another value in the tests: env: { API_KEY: for-tests } for a variable, set: { key: for-tests } for a parameter.',
    },
  );
}

/** The text, and what it says: quotes may stand between. */
function wholeText(text: string): string {
  return `${text}\n${JSON.stringify(parse(text))}`;
}

/** The smallest change that puts a value at a path, which is there but for its last parts. */
function editsFor(map: YAMLMap, path: readonly string[], value: unknown, layout: Layout): Edit[] {
  const [key = '', ...rest] = path;
  const pair = map.items.find((one) => isScalar(one.key) && String(one.key.value) === key);
  if (pair === undefined) return withEntry(map, key, nested(rest, value), layout);
  const node = pair.value as Node | null;
  if (rest.length > 0 && isMap(node) && node.items.length > 0) return editsFor(node, rest, value, layout);
  return replaced({ map, pair }, nested(rest, value), layout);
}

function nested(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

function setIn(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  const below = target[key];
  if (rest.length === 0 || typeof below !== 'object' || below === null) target[key] = nested(rest, value);
  else setIn(below as Record<string, unknown>, rest, value);
}

function isSame(text: string, wanted: unknown): boolean {
  try {
    return isDeepStrictEqual(parse(text), wanted);
  } catch {
    return false;
  }
}
