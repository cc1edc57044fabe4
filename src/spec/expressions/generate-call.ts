import type { ASTNode } from '@marcbachmann/cel-js';
import { MAX_MATCHED, patternOf } from './functions/pattern-functions.ts';
import type { Code, Target } from './generate.ts';

/** Functions of two texts that JavaScript has, and their names there. */
const TEXT_TESTS: Readonly<Record<string, string>> = Object.freeze({
  contains: 'includes',
  startsWith: 'startsWith',
  endsWith: 'endsWith',
});

const TEXT_CHANGES: Readonly<Record<string, string>> = Object.freeze({
  lower: 'toLowerCase',
  upper: 'toUpperCase',
  trim: 'trim',
});

/** The code of a call: of what is common, with the closure of the whole call for arguments that are not. */
export function generateCall(node: ASTNode & { readonly op: 'call' | 'rcall' | 'in' }, target: Target): Code {
  if (node.op === 'in') return membership(node, target);
  const name = node.args[0];
  const given = node.op === 'call' ? node.args[1] : [node.args[1], ...node.args[2]];
  const [first, second] = given;
  if (name === 'has' && isRecordField(first)) return bool(`present(${target.code(first!).text})`);
  if (name === 'coalesce' && given.length === 2 && isRecordField(first) && !isField(second)) {
    const v = target.variable();
    const read = `(${v} = ${target.code(first!).text}) !== undefined && ${v} !== null`;
    return { text: `(${read} ? ${v} : ${target.code(second!).text})`, kind: 'any' };
  }
  if (given.length === 1 && Object.hasOwn(TEXT_CHANGES, name)) {
    const v = target.variable();
    const test = `typeof (${v} = ${target.code(first!).text}) === 'string'`;
    return { text: `(${test} ? ${v}.${TEXT_CHANGES[name]}() : ${target.closed(node).text})`, kind: 'any' };
  }
  if (given.length === 2 && Object.hasOwn(TEXT_TESTS, name)) {
    const [v, w] = [target.variable(), target.variable()];
    const set = `${v} = ${target.code(first!).text}, ${w} = ${target.code(second!).text}`;
    const test = `typeof ${v} === 'string' && typeof ${w} === 'string'`;
    return bool(`(${set}, ${test} ? ${v}.${TEXT_TESTS[name]}(${w}) : bool(${target.closed(node).text}))`);
  }
  if (name === 'matches' && second?.op === 'value' && typeof second.args === 'string') {
    const v = target.variable();
    const pattern = target.constants.push(patternOf(second.args)) - 1;
    const test = `typeof (${v} = ${target.code(first!).text}) === 'string' && ${v}.length <= ${MAX_MATCHED}`;
    return bool(`(${test} ? c[${pattern}].test(${v}) : bool(${target.closed(node).text}))`);
  }
  return target.closed(node);
}

/** `x in ["a", "b"]`, of texts: nothing but the same text is equal to one. */
function membership(node: ASTNode & { readonly op: 'in' }, target: Target): Code {
  const [value, list] = node.args;
  if (list.op !== 'list' || list.args.length === 0) return target.closed(node);
  const texts = list.args.map((one) => (one.op === 'value' ? one.args : undefined));
  if (!texts.every((text) => typeof text === 'string')) return target.closed(node);
  const v = target.variable();
  const set = target.constants.push(new Set(texts)) - 1;
  return bool(`(c[${set}].has(${v} = ${target.code(value).text}) || unequal(${v}))`);
}

function isRecordField(node: ASTNode | undefined): boolean {
  return isField(node) && node?.op === '.' && node.args[0].op === 'id' && node.args[0].args === 'record'
    ? !(node.args[1] in Object.prototype)
    : false;
}

function isField(node: ASTNode | undefined): boolean {
  return node?.op === '.' || node?.op === '[]';
}

function bool(text: string): Code {
  return { text, kind: 'bool' };
}
