import { LRUCache } from 'lru-cache';
import type { ExpressionFunction } from '../../../interfaces/expression-function.ts';
import { patternRisk } from '../../../io/formats/text/pattern-risk.ts';
import { checkTextLength } from '../arithmetic.ts';
import { Fault } from '../fault.ts';

/** Longer texts are not matched: patterns of quadratic time get through the guard. */
export const MAX_MATCHED = 65_536;

/** Patterns by their text: looking through one costs more than matching it. */
const patterns = new LRUCache<string, RegExp>({ max: 100 });

/** Functions of regular expressions. Patterns that may take exponential time are refused, as `text.read` does. */
export const PATTERN_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: 'matches',
    parameters: ['text', 'text'],
    summary: 'Whether the pattern is found anywhere in the text; (?i) in front ignores case',
    call: (text: string, pattern: string) => patternOf(pattern).test(matchable(text)),
  },
  {
    name: 'extract',
    parameters: ['text', 'text'],
    summary:
      'What the first group of the pattern found, or all of it when it has none; null if it is not found',
    call: (text: string, pattern: string) => {
      const found = patternOf(pattern).exec(matchable(text));
      return found === null ? null : found.length > 1 ? found[1] : found[0];
    },
  },
  {
    name: 'replaceMatches',
    parameters: ['text', 'text', 'text'],
    summary:
      'The text with everything that the pattern finds put as the third, which may have $1 for a group',
    call: (text: string, pattern: string, by: string) => {
      const { source, flags } = patternOf(pattern);
      const parts = matchable(text).split(new RegExp(`(?:${source})`, flags)).length;
      checkTextLength(text.length + parts * by.length * (by.includes('$') ? 1 + text.length / parts : 1));
      return text.replaceAll(new RegExp(source, `${flags}g`), by);
    },
  },
];

/**
 * The regular expression of a pattern, made once.
 *
 * @throws Fault for what is no pattern, or may take exponential time.
 */
export function patternOf(pattern: string): RegExp {
  const known = patterns.get(pattern);
  if (known !== undefined) return known;
  const ignoresCase = pattern.startsWith('(?i)');
  let made: RegExp;
  try {
    made = new RegExp(ignoresCase ? pattern.slice(4) : pattern, ignoresCase ? 'iu' : 'u');
  } catch (error) {
    throw new Fault(`the pattern is none: ${(error as Error).message}`, { cause: error });
  }
  const risk = patternRisk(made);
  if (risk !== undefined) {
    throw new Fault(`the pattern may take exponential time: ${risk}`, {
      hint: 'Let what is repeated end with something that only comes there.',
    });
  }
  patterns.set(pattern, made);
  return made;
}

function matchable(text: string): string {
  if (text.length <= MAX_MATCHED) return text;
  throw new Fault(`patterns are matched with ${MAX_MATCHED} characters, and this text has ${text.length}`);
}
