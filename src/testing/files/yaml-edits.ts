import { isDeepStrictEqual } from 'node:util';
import { diffArrays } from 'diff';
import {
  Document,
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

/** Lines are no longer where that can be helped. */
const WIDTH = 100;

/** The text with all edits made. */
export function applied(text: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce((made, { start, end, text: part }) => made.slice(0, start) + part + made.slice(end), text);
}

/** Puts a value in the place of that of a pair: as little as possible is written anew. */
export function replaced({ map, pair }: Holder, value: unknown, layout: Layout): Edit[] {
  const node = pair.value as Node | null;
  const within = map.flow === true || layout.json;
  if (isCollection(node) && node.items.length > 0) {
    const edits = changed(node, value, within, layout);
    if (edits !== undefined) return edits;
  }
  const key = pair.key as Node;
  const colon = layout.text.indexOf(':', key.range![1]) + 1;
  const [start, end] = node?.range ?? [colon, colon];
  const text = rendered(value, within, layout, columnOf(map, layout));
  const isBlock = text.startsWith('\n');
  const between = layout.text.slice(colon, start);
  if (node === null || (between.trim() === '' && (isBlock || between.includes('\n')))) {
    const tail = layout.text.slice(start, end).endsWith('\n') ? '\n' : '';
    return [{ start: colon, end, text: `${isBlock ? '' : ' '}${text}${tail}` }];
  }
  return [{ start, end, text: isBlock ? rendered(value, true, layout, columnOf(map, layout)) : text }];
}

/** Adds a key with its value behind the last one of a map. */
export function withEntry(map: YAMLMap, key: string, value: unknown, layout: Layout): Edit[] {
  const flow = map.flow === true || layout.json;
  const text = rendered(value, flow, layout, columnOf(map, layout));
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
    return [{ start, end, text: scalarText(value, kept, layout) }];
  }
  const same = sameShape(node, value);
  if (same !== undefined) {
    const inner = within || (isCollection(node) && node.flow === true);
    const edits = same.map(([child, part]) => changed(child, part, inner, layout));
    if (edits.every((one) => one !== undefined)) return edits.flat();
  }
  if (layout.json || !isCollection(node) || !fits(node, value)) return undefined;
  merge(node, value, layout);
  return [{ start, end, text: collectionText(node, layout) }];
}

/** The parts of a node with what is to stand there, where their number and names are the same. */
function sameShape(node: Node, value: unknown): [Node, unknown][] | undefined {
  if (isSeq(node) && Array.isArray(value) && node.items.length === value.length) {
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
    if (pair === undefined) return new Document().createPair(key, created(part));
    pair.value = mergedNode(pair.value as Node | null, part, layout);
    return pair;
  }) as never;
}

function mergeItems(node: YAMLSeq, records: readonly unknown[], layout: Layout): void {
  const { document } = layout;
  const texts = (list: readonly unknown[]) => list.map((one) => JSON.stringify(one));
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

/** New values stand on one line each where there is room. */
function created(value: unknown): Node {
  const node = new Document().createNode(value);
  const text = flowText(value);
  if (isCollection(node) && text.length <= WIDTH) node.flow = true;
  return node;
}

/** A value for behind a colon: on the line, or beginning with a line break. */
function rendered(value: unknown, flow: boolean, layout: Layout, column: number): string {
  if (layout.json) return jsonText(value, column);
  const isList = Array.isArray(value);
  const empty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  if (typeof value !== 'object' || value === null) return scalarText(value, undefined, layout);
  const short = flowText(value);
  const records = isList ? value.some((one) => typeof one === 'object' && one !== null) : false;
  const deep = !isList && Object.values(value).some((one) => typeof one === 'object' && one !== null);
  if (flow || empty || (!records && !deep && short.length <= WIDTH)) return short;
  const pad = ' '.repeat(column + 2);
  const node = created(value);
  if (isCollection(node)) {
    node.flow = false;
    for (const item of node.items) {
      const child = isSeq(node) ? item : (item as Pair).value;
      const under = isCollection(child) && isSeq(child) && child.items.some((one) => isCollection(one));
      if (under && isCollection(child)) child.flow = false;
    }
  }
  return `\n${indented(plainText(node), pad, true)}`;
}

/** A collection as it is, for its own place: its first line continues the one that it stands on. */
function collectionText(node: YAMLMap | YAMLSeq, layout: Layout): string {
  const [start, end] = node.range!;
  const lineStart = layout.text.lastIndexOf('\n', start - 1) + 1;
  const before = layout.text.slice(lineStart, start);
  const pad = node.flow === true ? /^ */.exec(before)![0] : ' '.repeat(before.length);
  const { comment, commentBefore } = node;
  node.comment = null;
  node.commentBefore = null;
  const text = indented(plainText(node), pad, false);
  node.comment = comment ?? null;
  node.commentBefore = commentBefore ?? null;
  return layout.text.slice(start, end).endsWith('\n') ? `${text}\n` : text;
}

function plainText(node: Node): string {
  const document = new Document();
  document.contents = node as never;
  const flow = isCollection(node) && node.flow === true;
  return document.toString({ lineWidth: flow ? WIDTH : 0 }).trimEnd();
}

function indented(text: string, pad: string, first: boolean): string {
  return text
    .split('\n')
    .map((line, index) => (line === '' || (index === 0 && !first) ? line : pad + line))
    .join('\n');
}

function flowText(value: unknown): string {
  return new Document(value).toString({ collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}

function scalarText(value: unknown, type: Scalar.Type | undefined, { json }: Pick<Layout, 'json'>): string {
  if (json) return JSON.stringify(value);
  const node = new Scalar(value);
  if (type !== undefined && typeof value === 'string') node.type = type;
  return new Document(node).toString({ collectionStyle: 'flow', lineWidth: 0, blockQuote: false }).trimEnd();
}

function jsonText(value: unknown, column: number): string {
  const line = JSON.stringify(value);
  if (line.length <= WIDTH) return line;
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${' '.repeat(column + 2)}`);
}

function keyText(key: string): string {
  return scalarText(key, undefined, { json: false });
}

/** How far in the keys of a map stand. */
function columnOf(map: YAMLMap, { text }: Layout): number {
  const [start] = map.range!;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const before = text.slice(lineStart, start);
  return map.flow === true ? /^ */.exec(before)![0].length : before.length;
}

function keyOf({ key }: Pair): string | undefined {
  return isScalar(key) && key.value !== '<<' ? String(key.value) : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
