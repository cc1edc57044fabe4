import ret, { type Token as Inner, type Root, types } from 'ret';

type Token = Root | Inner;
type Sequence = readonly Inner[];
type SetMember = Extract<Inner, { readonly type: types.SET }>['set'][number];

/** The package is this function; its types tell of another kind of module. */
const tokenizer = ret as unknown as typeof ret.tokenizer;

const { ROOT, GROUP, POSITION, SET, RANGE, REPETITION, CHAR } = types;

/** As good as endless: every further round multiplies the ways to match. */
const MANY = 10;

/** Characters are told apart up to here; all others count as one. */
const LAST = 256;

/**
 * Why a pattern may take exponential time on text that it does not match, or nothing. Two things make
 * it so: within a repetition, parts of any length that nothing surely ends; and alternatives in a repetition
 * that can begin with the same character. Careful rather than exact: it also names patterns that are harmless.
 */
export function patternRisk(pattern: RegExp): string | undefined {
  let root: Token;
  try {
    root = tokenizer(pattern.source.replaceAll(UNKNOWN, known));
  } catch {
    return 'it cannot be looked through';
  }
  return riskIn(root);
}

/** What the tokenizer does not know: properties of characters and looking behind. Any other escape is passed over. */
const UNKNOWN = /\\([pP])\{[^}]*\}|\\[\s\S]|\(\?<([=!])/g;

/** The nearest that it knows: letters for a property, looking ahead for looking behind. */
function known(found: string, property?: string, look?: string): string {
  if (look !== undefined) return `(?${look}`;
  if (property === undefined) return found;
  return property === 'p' ? '\\w' : '\\W';
}

function riskIn(token: Token): string | undefined {
  if (token.type === REPETITION) {
    const risk = token.max >= MANY ? riskOfRepeating(token.value) : undefined;
    return risk ?? riskIn(token.value);
  }
  if (token.type !== GROUP && token.type !== ROOT) return undefined;
  for (const inner of sequences(token).flat()) {
    const risk = riskIn(inner);
    if (risk !== undefined) return risk;
  }
  return undefined;
}

function riskOfRepeating(body: Token): string | undefined {
  const options = sequences(body);
  for (const option of options) {
    const inner = option.flatMap(repeated);
    if (inner.length > 0 && !option.some((token) => isBoundary(token, inner))) {
      return 'a repetition holds another one, with nothing between two rounds that both cannot match';
    }
  }
  if (options.some((option) => option.some((token, at) => isAmbiguous(token, option, at)))) {
    return 'a repetition holds something that may be missing, before something that can look the same';
  }
  const firsts = options.map((option) => firstOf(option));
  for (const [at, first] of firsts.entries()) {
    if (firsts.slice(at + 1).some((other) => overlap(first, other))) {
      return 'a repetition holds alternatives that can begin with the same character';
    }
  }
  return undefined;
}

/** The alternatives of a token; one for what has none. */
function sequences(token: Token): readonly Sequence[] {
  if ('options' in token && token.options !== undefined) return token.options;
  if ('stack' in token && token.stack !== undefined) return [token.stack];
  return token.type === GROUP || token.type === ROOT ? [[]] : [[token]];
}

/** What endless repetitions in a token can match, one set for each. */
function repeated(token: Token): readonly Set<number>[] {
  if (token.type === REPETITION) {
    const inner = repeated(token.value);
    return token.max >= MANY ? [...inner, anyOf(token.value)] : inner;
  }
  if (token.type === GROUP) return sequences(token).flat().flatMap(repeated);
  return [];
}

/** Whether a token may be missing, and what it matches be taken for the beginning of what follows, in this round or the next. */
function isAmbiguous(token: Inner, option: Sequence, at: number): boolean {
  if (token.type !== REPETITION || token.min > 0) return false;
  return overlap(firstOf([token.value]), firstOf([...option.slice(at + 1), ...option]));
}

/** Whether a token looks at what is there without taking it. */
function isLook(token: Inner): boolean {
  return token.type === GROUP && (token.followedBy === true || token.notFollowedBy === true);
}

/** Whether a token is there in every round, and is no character that the repetitions can match. */
function isBoundary(token: Token, inner: readonly Set<number>[]): boolean {
  if (token.type !== CHAR && token.type !== SET) return false;
  const own = charactersOf(token);
  return inner.every((other) => !overlap(own, other));
}

/** All characters that a token can match, wherever. */
function anyOf(token: Token): Set<number> {
  if (token.type === CHAR || token.type === SET) return charactersOf(token);
  if (token.type === REPETITION) return anyOf(token.value);
  if (token.type === GROUP) return union(sequences(token).flat().map(anyOf));
  return token.type === POSITION ? new Set() : everything();
}

/** The characters that a sequence can begin with; all, when it can be empty or look elsewhere. */
function firstOf(sequence: Sequence): Set<number> {
  const found: Set<number>[] = [];
  for (const token of sequence) {
    if (token.type === POSITION || isLook(token)) continue;
    if (token.type === GROUP) {
      found.push(union(sequences(token).map(firstOf)));
      return union(found);
    }
    found.push(anyOf(token));
    if (token.type !== REPETITION || token.min > 0) return union(found);
  }
  return everything();
}

function charactersOf(token: Inner | SetMember): Set<number> {
  if (token.type === CHAR) return new Set([Math.min(token.value, LAST)]);
  if (token.type !== SET) return everything();
  const inside = union(
    token.set.map((member) => {
      if (member.type !== RANGE) return charactersOf(member);
      const [from, to] = [Math.min(member.from, LAST), Math.min(member.to, LAST)];
      return new Set(Array.from({ length: to - from + 1 }, (_, at) => from + at));
    }),
  );
  if (!token.not) return withCases(inside);
  return new Set([...everything()].filter((character) => character === LAST || !inside.has(character)));
}

/** Upper and lower case count as one: the pattern may have the flag `i`. */
function withCases(characters: Set<number>): Set<number> {
  const both = [...characters].flatMap((code) => {
    const text = String.fromCharCode(code);
    return [code, text.toLowerCase().charCodeAt(0), text.toUpperCase().charCodeAt(0)];
  });
  return new Set(both.map((code) => Math.min(code, LAST)));
}

function everything(): Set<number> {
  return new Set(Array.from({ length: LAST + 1 }, (_, code) => code));
}

function union(sets: readonly Set<number>[]): Set<number> {
  return new Set(sets.flatMap((set) => [...set]));
}

function overlap(one: ReadonlySet<number>, other: ReadonlySet<number>): boolean {
  for (const code of one) if (other.has(code)) return true;
  return false;
}
