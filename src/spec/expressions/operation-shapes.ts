import type { ASTNode } from '@marcbachmann/cel-js';
import { didYouMean } from '../../core/did-you-mean.ts';
import { Fault } from './fault.ts';
import { certain, type Kind, type KnownShape, kindsText, type Shape, shapeOf } from './shape.ts';
import { hintFor, ORDERED } from './values.ts';

/** An operand with what is known of it. */
export interface Operand {
  readonly node: ASTNode;
  readonly shape: Shape;
}

type Result = readonly [left: Kind, right: Kind, result: Kind];

const SUMS: readonly Result[] = [
  ['number', 'number', 'number'],
  ['duration', 'duration', 'duration'],
  ['time', 'duration', 'time'],
];
const NUMBERS: readonly Result[] = [['number', 'number', 'number']];

/** What operators take, and what they make of it. */
const ARITHMETIC: Readonly<Record<string, { readonly verb: string; readonly results: readonly Result[] }>> = {
  '+': {
    verb: 'added to',
    results: [...SUMS, ['duration', 'time', 'time'], ['text', 'text', 'text'], ['list', 'list', 'list']],
  },
  '-': { verb: 'reduced by', results: [...SUMS, ['time', 'time', 'duration']] },
  '*': { verb: 'multiplied by', results: NUMBERS },
  '/': { verb: 'divided by', results: NUMBERS },
  '%': { verb: 'divided by', results: NUMBERS },
};

/** What `+` and its like come to; what can never be is thrown. */
export function arithmeticShape(op: string, left: Operand, right: Operand, node: ASTNode): Shape {
  const { verb, results } = ARITHMETIC[op]!;
  const [a, b] = [left.shape, right.shape];
  const fits = results.filter(([one, other]) => may(a, one) && may(b, other));
  if (fits.length > 0) return shapeOf(...new Set(fits.map(([, , result]) => result)));
  const [one, other] = [wordsOf(a), wordsOf(b)];
  const text = [a, b].some((shape) => shape?.kinds.has('text'));
  throw new Fault(`${one} cannot be ${verb} ${other}`, {
    range: rangeOf(node),
    ...(text && { hint: 'Convert first: double(…) or string(…).' }),
  });
}

/** Finds out that two values can never be compared by `<` and its like, which is thrown. */
export function checkOrder(left: Operand, right: Operand, node: ASTNode): void {
  const [a, b] = [left.shape, right.shape];
  if (isNothing(a) || isNothing(b)) return;
  for (const kind of ORDERED) if (may(a, kind as Kind) && may(b, kind as Kind)) return;
  throw new Fault(`${wordsOf(a)} cannot be compared with ${wordsOf(b)}`, {
    range: rangeOf(node),
    ...hint(left, right),
  });
}

/** Finds out that two values are never equal, which is thrown. */
export function checkEquality(left: Operand, right: Operand, node: ASTNode): void {
  const [a, b] = [left.shape, right.shape];
  if (a === undefined || b === undefined || isNothing(a) || isNothing(b)) return;
  if ([...a.kinds].some((kind) => b.kinds.has(kind))) {
    checkValue(a, right);
    checkValue(b, left);
    return;
  }
  throw new Fault(`${wordsOf(a)} is never equal to ${wordsOf(b)}`, {
    range: rangeOf(node),
    ...hint(left, right),
  });
}

/** Whether a text is one of those that there are. */
export function checkValue({ kinds, values }: KnownShape, { node }: Operand): void {
  if (values === undefined || node.op !== 'value' || typeof node.args !== 'string') return;
  if (values.has(node.args) || [...kinds].some((kind) => kind !== 'text' && kind !== 'null')) return;
  throw new Fault(`it is never ${JSON.stringify(node.args)}`, {
    range: rangeOf(node),
    hint: didYouMean(node.args, [...values]),
  });
}

/** Whether it may be of that kind, as far as is known. */
export function may(shape: Shape, kind: Kind): boolean {
  return shape === undefined || shape.kinds.has(kind);
}

/** Whether it is never anything but null. */
export function isNothing(shape: Shape): boolean {
  return shape !== undefined && certain(shape).length === 0;
}

export function wordsOf(shape: Shape): string {
  return shape === undefined ? 'a value' : kindsText(certain(shape));
}

export function rangeOf({ start, end }: ASTNode): { readonly start: number; readonly end: number } {
  return { start, end };
}

function hint(left: Operand, right: Operand): { readonly hint?: string } {
  const number = [left, right]
    .map(({ node }) => (node.op === 'value' && typeof node.args === 'string' ? node.args : ''))
    .find((text) => /^-?\d+(?:\.\d+)?$/.test(text));
  if (number !== undefined) return { hint: `Write the number without quotes: ${number}.` };
  const kinds = [left, right].map(({ shape }) => shape && certain(shape)[0]);
  return hintFor(kinds[0] ?? '', kinds[1] ?? '');
}
