import {
  Document,
  isCollection,
  isSeq,
  type Node,
  type Pair,
  Scalar,
  type ToStringOptions,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

/** Lines are no longer where that can be helped. */
const WIDTH = 100;

/** What is quoted stays on its line. */
export const ON_A_LINE = { lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER } as const;

/** A new record: on one line where there is room. */
export function created(value: unknown): Node {
  const node = new Document().createNode(value);
  layRecord(node, value);
  return node;
}

function layRecord(node: unknown, value: unknown): void {
  if (!isCollection(node)) return;
  node.flow = flowText(value).length <= WIDTH;
  if (!node.flow) eachChild(node, value, layRecord);
}

/** What holds records has a line for each part, and records have one each. */
function layHolder(node: unknown, value: unknown): void {
  if (!isCollection(node)) return;
  const holds = Object.values(value as object).some(isFilled);
  node.flow = !holds && flowText(value).length <= WIDTH;
  if (!node.flow) eachChild(node, value, isSeq(node) ? layRecord : layHolder);
}

function isFilled(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function eachChild(
  node: YAMLMap | YAMLSeq,
  value: unknown,
  lay: (node: unknown, value: unknown) => void,
): void {
  const values = Object.values(value as object);
  for (const [index, item] of node.items.entries())
    lay(isSeq(node) ? item : (item as Pair).value, values[index]);
}

/** Where a value stands. */
export interface Place {
  readonly json: boolean;
  /** Whether it is within brackets. */
  readonly flow: boolean;
  /** How far in the key stands. */
  readonly column: number;
}

/** A value for behind a colon: on the line, or beginning with a line break. */
export function rendered(value: unknown, { json, flow, column }: Place): string {
  if (json) return jsonText(value, column);
  if (typeof value !== 'object' || value === null) return scalarText(value, json);
  if (flow) return flowLines(value, column);
  const node = new Document().createNode(value);
  layHolder(node, value);
  if (isCollection(node) && node.flow === true) return flowText(value);
  return `\n${indented(plainText(node), ' '.repeat(column + 2), true)}`;
}

/** A collection in brackets: on one line where there is room, else with a line for each part. */
export function flowLines(value: unknown, column: number): string {
  const line = flowText(value);
  if (line.length <= WIDTH || !isFilled(value)) return line;
  // The end, too, has to stand further in than what it is in.
  const pad = ' '.repeat(column + 2);
  const parts = Array.isArray(value)
    ? value.map((part) => flowText(part))
    : Object.entries(value as object).map(([key, part]) => `${keyText(key)}: ${flowText(part)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return `${open}\n${parts.map((part) => `${pad}  ${part},\n`).join('')}${pad}${close}`;
}

/** A node as YAML, which begins at the left. */
export function plainText(node: Node): string {
  const document = new Document();
  document.contents = node as never;
  visit(node, {
    Collection(_key, one) {
      if (one.flow === true) quoteBreaks(one);
    },
    Scalar(_key, one) {
      if (typeof one.value === 'string' && one.value.includes('\r')) one.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString(ON_A_LINE).trim();
}

/** Lines moved to the right; the first one only if that is said. */
export function indented(text: string, pad: string, first: boolean): string {
  return text
    .split('\n')
    .map((line, index) => (line === '' || (index === 0 && !first) ? line : pad + line))
    .join('\n');
}

/** A value on one line, with its line breaks as `\n`. */
export function flowText(value: unknown, options: ToStringOptions = {}): string {
  const document = new Document(value);
  if (document.contents !== null) quoteBreaks(document.contents);
  return document.toString({ ...options, ...ON_A_LINE, collectionStyle: 'flow' }).trimEnd();
}

/** Other styles would tell line breaks by lines, which stand wrong where all is to be on one. */
function quoteBreaks(node: Node): void {
  visit(node, {
    Scalar(_key, one) {
      if (typeof one.value === 'string' && /[\r\n]/.test(one.value)) one.type = Scalar.QUOTE_DOUBLE;
    },
  });
}

/** A value that is no collection, on one line. */
export function scalarText(value: unknown, json: boolean, type?: Scalar.Type): string {
  if (json) return JSON.stringify(value);
  const node = new Scalar(value);
  if (type !== undefined && typeof value === 'string') node.type = type;
  return flowText(node);
}

function jsonText(value: unknown, column: number): string {
  const line = JSON.stringify(value);
  if (line.length <= WIDTH) return line;
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${' '.repeat(column + 2)}`);
}

/** A key of YAML. */
export function keyText(key: string): string {
  return scalarText(key, false);
}
