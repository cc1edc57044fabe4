import type { Cell } from './cell.ts';

/** Values for the placeholders of a statement: in the order of their places, or by name. */
export type Parameters = readonly Cell[] | Readonly<Record<string, Cell>>;

/** The same as they are bound: by place, or behind those that are given by name, as the statement has them. */
export type Bound = readonly (Cell | Readonly<Record<string, Cell>>)[];

/** What SQLite reads as one: comments, texts, names and numbers, in which nothing is a placeholder; and placeholders. */
const TOKENS =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|\?\d*|[$:@](?:[\w$\u0080-\uffff]|::)+(?:\([^)\s]*\))?|[\w$\u0080-\uffff]+/g;

/** The placeholders of a statement, or of a part of one, as they stand there: `?`, `?2`, `:name`, `@name`, `$name`. */
export function placeholders(sql: string): readonly string[] {
  return (sql.match(TOKENS) ?? []).filter((token) => /^(?:\?|[:@]|\$.)/.test(token));
}

/** What a statement is run with for its placeholders, and those behind them. */
export function bound(sql: string, params: Parameters): Bound {
  if (isList(params)) return params;
  const names = [...new Set(placeholders(sql))];
  return [Object.fromEntries(names.map((name) => [name, params[keyOf(name, params)!]!]))];
}

/**
 * What is wrong with values for placeholders: SQLite takes those that nothing is given for to be NULL, without a word.
 *
 * @param what What has the placeholders, for people: `the query`.
 */
export function unfitting(sql: string, params: Parameters, what: string): string | undefined {
  const there = placeholders(sql);
  return isList(params)
    ? notInOrder(there, params.length, what)
    : notByName([...new Set(there)], params, what);
}

function notInOrder(there: readonly string[], given: number, what: string): string | undefined {
  const name = there.find((one) => !one.startsWith('?'));
  if (name !== undefined) {
    if (given === 0) return `${what} has the placeholder ${name}, and nothing is given for it`;
    return `${what} has the placeholder ${name}, which takes its value by name, and values are given in order`;
  }
  // One without a number is the next behind the largest so far.
  let wanted = 0;
  for (const one of there) wanted = one === '?' ? wanted + 1 : Math.max(wanted, Number(one.slice(1)));
  if (given === wanted) return undefined;
  const has = there.length === 0 ? 'no placeholders' : `placeholders for ${wanted} (${there.join(', ')})`;
  return `${what} has ${has}, and ${given} ${given === 1 ? 'value is' : 'values are'} given`;
}

function notByName(
  there: readonly string[],
  params: Readonly<Record<string, Cell>>,
  what: string,
): string | undefined {
  if (there.includes('?')) {
    return `${what} has the placeholder ?, which takes its value by its place, and values are given by name`;
  }
  const given = Object.keys(params);
  const lacking = there.filter((name) => keyOf(name, params) === undefined);
  if (lacking.length > 0) {
    const others =
      given.length === 0 ? 'no value is' : `only ${given.join(', ')} ${given.length === 1 ? 'is' : 'are'}`;
    return `${what} has the ${lacking.length === 1 ? 'placeholder' : 'placeholders'} ${lacking.join(', ')}, and ${others} given`;
  }
  const used = new Set(there.map((name) => keyOf(name, params)));
  const extra = given.filter((key) => !used.has(key));
  if (extra.length === 0) return undefined;
  const has = there.length === 0 ? 'no placeholders' : `only ${there.join(', ')}`;
  return `a value is given for ${extra.join(', ')}, and ${what} has ${has}`;
}

/** The key of the value for a placeholder: its name, or that without what it begins with. */
function keyOf(name: string, params: Readonly<Record<string, Cell>>): string | undefined {
  if (Object.hasOwn(params, name)) return name;
  const bare = name.slice(1);
  return !name.startsWith('?') && Object.hasOwn(params, bare) ? bare : undefined;
}

function isList(params: Parameters): params is readonly Cell[] {
  return Array.isArray(params);
}
