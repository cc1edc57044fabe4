import { isDeepStrictEqual } from 'node:util';
import { diffArrays } from 'diff';
import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { created, flowLines, indented, keyText, plainText, rendered, scalarText } from './yaml-values.ts';

/** Text in the place of a stretch of a file. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** How a file is written. */
export interface Layout {
  readonly text: string;
  readonly document: Document.Parsed;
  /** Whether it is JSON rather than YAML. */
  readonly json: boolean;
}

/** A value with what it stands in. */
export interface Holder {
  readonly map: YAMLMap;
  readonly pair: Pair;
}

/** The text with all edits made, and with the line ends that it has. */
export function applied(text: string, edits: readonly Edit[]): string {
  const ends = (part: string) => (text.includes('\r\n') ? part.replaceAll(/\r?\n/g, '\r\n') : part);
  return [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce((made, { start, end, text: part }) => made.slice(0, start) + ends(part) + made.slice(end), text);
}

/** Puts a value in the place of that of a pair: as little as possible is written anew. */
export function replaced({ map, pair }: Holder, value: unknown, layout: Layout): Edit[] {
  const node = pair.value as Node | null;
  const { json } = layout;
  const within = map.flow === true || json;
  const column = columnOf(map, layout);
  if (isCollection(node) && node.items.length > 0) {
    const edits = changed(node, value, within, layout);
    if (edits !== undefined) return edits;
  }
  const key = pair.key as Node;
  const colon = layout.text.indexOf(':', key.range![1]) + 1;
  const [start, end] = node?.range ?? [colon, colon];
  const text = rendered(value, { json, flow: within, column });
  const isBlock = text.startsWith('\n');
  const between = layout.text.slice(colon, start);
  const tail = tailOf(start, end, layout);
  if (node === null || (between.trim() === '' && (isBlock || between.includes('\n')))) {
    return [{ start: colon, end, text: `${isBlock ? '' : ' '}${text}${tail}` }];
  }
  const line = isBlock ? rendered(value, { json, flow: true, column }) : text;
  return [{ start, end, text: `${line}${tail}` }];
}

/** The line break that what stands there ends with: block texts and maps have theirs. */
function tailOf(start: number, end: number, { text }: Layout): string {
  return text.slice(start, end).endsWith('\n') ? '\n' : '';
}

/** Adds a key with its value behind the last one of a map. */
export function withEntry(map: YAMLMap, key: string, value: unknown, layout: Layout): Edit[] {
  const flow = map.flow === true || layout.json;
  const text = rendered(value, { json: layout.json, flow, column: columnOf(map, layout) });
  const name = layout.json ? JSON.stringify(key) : keyText(key);
  const [start, end] = map.range!;
  if (flow) {
    const whole = layout.text.slice(start, end);
    const last = whole.slice(0, -1).trimEnd().replace(/,$/, '').length;
    const padded = last === 1 ? ` ${name}: ${text} ` : `, ${name}: ${text}`;
    return [{ start: start + last, end: start + last, text: padded }];
  }
  const at = start + layout.text.slice(start, end).trimEnd().length;
  const pad = ' '.repeat(columnOf(map, layout));
  return [{ start: at, end: at, text: `\n${pad}${name}:${text.startsWith('\n') ? '' : ' '}${text}` }];
}

/** The edits that make of a node another value; `undefined` where it has to be put down wholly new. */
function changed(node: Node, value: unknown, within: boolean, layout: Layout): Edit[] | undefined {
  const { document } = layout;
  if (isDeepStrictEqual(node.toJS(document), value)) return [];
  const [start, end] = node.range!;
  if (isScalar(node)) {
    if (typeof value === 'object' && value !== null) return undefined;
    const kept = node.type === 'QUOTE_SINGLE' || node.type === 'QUOTE_DOUBLE' ? node.type : undefined;
    const tail = tailOf(start, end, layout);
    return [{ start, end, text: `${scalarText(value, layout.json, kept)}${tail}` }];
  }
  const same = sameShape(node, value, layout);
  if (same !== undefined) {
    const inner = within || (isCollection(node) && node.flow === true);
    const edits = same.map(([child, part]) => changed(child, part, inner, layout));
    if (edits.every((one) => one !== undefined)) return edits.flat();
  }
  if (layout.json || !isCollection(node)) return undefined;
  if (node.flow === true) return [{ start, end, text: flowLines(value, columnAt(start, layout)) }];
  if (!fits(node, value)) return undefined;
  merge(node, value, layout);
  return [{ start, end, text: collectionText(node, layout) }];
}

/** The parts of a node with what is to stand there, where their number and names are the same. */
function sameShape(node: Node, value: unknown, layout: Layout): [Node, unknown][] | undefined {
  if (isSeq(node) && Array.isArray(value) && staysInPlace(node, value, layout)) {
    return node.items.map((item, index) => [item as Node, value[index]]);
  }
  if (!isMap(node) || !isRecord(value)) return undefined;
  const keys = node.items.map(keyOf);
  if (
    keys.length !== Object.keys(value).length ||
    !keys.every((key) => key !== undefined && Object.hasOwn(value, key))
  ) {
    return undefined;
  }
  if (node.items.some(({ value: child }) => child === null)) return undefined;
  return node.items.map((pair, index) => [pair.value as Node, value[keys[index]!]]);
}

/** Whether items only change, and none goes or comes. */
function staysInPlace(node: YAMLSeq, records: readonly unknown[], { document }: Layout): boolean {
  const changes = diffArrays(texts((node.items as Node[]).map((one) => one.toJS(document))), texts(records));
  return changes.every(({ removed, added, value }, index) => {
    if (added) return changes[index - 1]?.removed === true;
    return !removed || changes[index + 1]?.value.length === value.length;
  });
}

function texts(records: readonly unknown[]): string[] {
  return records.map((one) => JSON.stringify(one));
}

function fits(node: YAMLMap | YAMLSeq, value: unknown): boolean {
  if (isSeq(node)) return Array.isArray(value) && value.length > 0;
  return (
    isRecord(value) &&
    Object.keys(value).length > 0 &&
    node.items.every((pair) => keyOf(pair as Pair) !== undefined)
  );
}

/** Makes of a collection another, with the nodes that can stay, and so with their comments. */
function merge(node: YAMLMap | YAMLSeq, value: unknown, layout: Layout): void {
  if (isSeq(node)) {
    mergeItems(node, value as readonly unknown[], layout);
    return;
  }
  const record = value as Readonly<Record<string, unknown>>;
  const pairs = new Map(node.items.map((pair) => [keyOf(pair as Pair)!, pair as Pair]));
  node.items = Object.entries(record).map(([key, part]) => {
    const pair = pairs.get(key);
    if (pair === undefined) return layout.document.createPair(key, created(part));
    pair.value = mergedNode(pair.value as Node | null, part, layout);
    return pair;
  }) as never;
}

function mergeItems(node: YAMLSeq, records: readonly unknown[], layout: Layout): void {
  const { document } = layout;
  const before = node.items as Node[];
  const items: Node[] = [];
  let at = 0;
  let spare: Node[] = [];
  for (const { value, added, removed } of diffArrays(
    texts(before.map((one) => one.toJS(document))),
    texts(records),
  )) {
    if (removed) spare = before.slice(at, at + value.length);
    else if (added)
      items.push(
        ...value.map((_, index) => mergedNode(spare[index] ?? null, records[items.length + index], layout)),
      );
    else items.push(...before.slice(at, at + value.length));
    if (!removed) spare = [];
    if (!added) at += value.length;
  }
  node.items = items;
}

function mergedNode(node: Node | null, value: unknown, layout: Layout): Node {
  const { document } = layout;
  if (node === null) return created(value);
  if (isDeepStrictEqual(node.toJS(document), value)) return node;
  if (isCollection(node) && fits(node as YAMLMap | YAMLSeq, value)) {
    merge(node as YAMLMap | YAMLSeq, value, layout);
    return node;
  }
  if (isScalar(node) && !(typeof value === 'object' && value !== null)) {
    const made = new Scalar(value);
    if (typeof value === 'string' && node.type !== undefined && node.type !== 'PLAIN') made.type = node.type;
    if (node.comment != null) made.comment = node.comment;
    return made;
  }
  return created(value);
}

/** A collection as it is, for its own place: its first line continues the one that it stands on. */
function collectionText(node: YAMLMap | YAMLSeq, layout: Layout): string {
  const [start, end] = node.range!;
  const { comment, commentBefore } = node;
  // They stand outside of the range.
  node.comment = null;
  node.commentBefore = null;
  const text = indented(plainText(node), ' '.repeat(columnAt(start, layout, true)), false);
  node.comment = comment ?? null;
  node.commentBefore = commentBefore ?? null;
  return `${text}${tailOf(start, end, layout)}`;
}

/** How far in the keys of a map stand. */
function columnOf(map: YAMLMap, layout: Layout): number {
  return columnAt(map.range![0], layout, map.flow !== true);
}

/** How far in a line begins; with `exact`, how far in a place of it is. */
function columnAt(at: number, { text }: Layout, exact = false): number {
  const before = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  return exact ? before.length : /^ */.exec(before)![0].length;
}

function keyOf({ key }: Pair): string | undefined {
  return isScalar(key) && key.value !== '<<' ? String(key.value) : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
