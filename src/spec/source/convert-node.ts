import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';
import type { Located, LocatedEntry } from './located.ts';
import type { Problems } from './problem.ts';
import type { SourceText, Span } from './source-text.ts';

const DEEPEST = 100;

interface Conversion {
  readonly source: SourceText;
  readonly problems: Problems;
  /** What has an anchor, by its name; `open` while what it is put on is not complete. */
  readonly anchors: Map<string, Located | 'open'>;
}

/** Values with their places of what the parser made of a file; `undefined` where something in it cannot be used. */
export function convertNode(node: unknown, source: SourceText, problems: Problems): Located | undefined {
  return convert(node as Node, { source, problems, anchors: new Map() }, 0);
}

function convert(node: Node | null, conversion: Conversion, depth: number): Located | undefined {
  const { problems, anchors } = conversion;
  const span = spanOf(node, conversion.source);
  if (node === null) return { kind: 'scalar', value: null, bare: true, span, size: 1 };
  if (depth > DEEPEST) return problems.add(span, `it is nested more than ${DEEPEST} levels deep`);
  if (isAlias(node)) {
    const target = anchors.get(node.source);
    if (target === 'open')
      return problems.add(span, `the alias *${node.source} stands inside of what it repeats`);
    if (target !== undefined) return target;
    return problems.add(
      span,
      `there is no anchor &${node.source} above the alias *${node.source}`,
      'Put text that begins with * in quotes.',
    );
  }
  const { anchor } = node as { anchor?: string };
  if (anchor !== undefined) anchors.set(anchor, 'open');
  const made = converted(node, span, conversion, depth);
  if (anchor !== undefined && made !== undefined) anchors.set(anchor, made);
  return made;
}

function converted(node: Node, span: Span, conversion: Conversion, depth: number): Located | undefined {
  if (isSeq(node)) {
    const items = node.items
      .map((item) => convert(item as Node, conversion, depth + 1))
      .filter((one) => one !== undefined);
    return { kind: 'list', items, span, size: 1 + sum(items) };
  }
  if (isMap(node)) return convertedMap(node, span, conversion, depth);
  const { value, type } = node as Scalar;
  const bare = type === 'PLAIN';
  if (
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    value === null
  ) {
    return { kind: 'scalar', value, bare, span, size: 1 };
  }
  return conversion.problems.add(
    span,
    'values of this kind cannot be used',
    'Write text in quotes, a number, true, false or null.',
  );
}

function convertedMap(node: YAMLMap, span: Span, conversion: Conversion, depth: number): Located {
  const entries = new Map<string, LocatedEntry>();
  const merged: LocatedEntry[] = [];
  for (const pair of node.items) {
    const key = keyOf(pair, conversion);
    if (key === undefined) continue;
    const value = convert(pair.value as Node | null, conversion, depth + 1);
    if (value === undefined) continue;
    const at = spanOf(pair.key as Node, conversion.source);
    if (key === '<<' && (pair.key as Scalar).type === 'PLAIN') merged.push({ key: at, value });
    else entries.set(key, { key: at, value: placed(value, at) });
  }
  for (const one of merged) mergeInto(entries, one, conversion);
  const size = 1 + sum([...entries.values()].map(({ value }) => value));
  return { kind: 'map', entries, span, size };
}

/** What is empty has the place of its key: there is nothing else to point at. */
function placed(value: Located, key: Span): Located {
  return value.kind === 'scalar' && value.value === null && value.span.start === value.span.end
    ? { ...value, span: key }
    : value;
}

function keyOf({ key }: Pair, { source, problems }: Conversion): string | undefined {
  if (isScalar(key) && key.value === '__proto__') {
    return problems.add(
      spanOf(key, source),
      'a key cannot be called "__proto__"',
      'Take it away, or call it something else.',
    );
  }
  if (isScalar(key) && key.value !== null && typeof key.value !== 'object') {
    // As it is written: 0x10 and 1e3 are names here.
    return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
  }
  return problems.add(spanOf(key as Node | null, source), 'a key must be text', 'Put the key in quotes.');
}

/** `<<: *defaults`: what a map has in common with others; its own entries win. */
function mergeInto(
  entries: Map<string, LocatedEntry>,
  { key, value }: LocatedEntry,
  { problems }: Conversion,
): void {
  const maps = value.kind === 'list' ? value.items : [value];
  for (const map of maps) {
    if (map.kind !== 'map') {
      problems.add(
        key,
        '<< merges maps, and this is none',
        'Write <<: *name, where &name is the anchor of a map.',
      );
      continue;
    }
    for (const [name, entry] of map.entries) if (!entries.has(name)) entries.set(name, entry);
  }
}

function sum(list: readonly Located[]): number {
  return list.reduce((size, one) => size + one.size, 0);
}

function spanOf(node: Node | null, source: SourceText): Span {
  const [start = 0, end = start] = node?.range ?? [];
  return { source, start, end };
}
