import type { ExpressionFunction } from '../../../interfaces/expression-function.ts';
import { checkTextLength } from '../arithmetic.ts';
import { Fault } from '../fault.ts';
import { MAX_WEIGHT } from '../weight.ts';

/** Functions of texts. Positions are counted from 0, in UTF-16 units as everywhere in JavaScript. */
export const TEXT_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: 'contains',
    parameters: ['text', 'text'],
    summary: 'Whether the text has the other one in it',
    call: (text: string, part: string) => text.includes(part),
  },
  {
    name: 'startsWith',
    parameters: ['text', 'text'],
    summary: 'Whether the text begins with the other one',
    call: (text: string, part: string) => text.startsWith(part),
  },
  {
    name: 'endsWith',
    parameters: ['text', 'text'],
    summary: 'Whether the text ends with the other one',
    call: (text: string, part: string) => text.endsWith(part),
  },
  {
    name: 'lower',
    parameters: ['text'],
    summary: 'The text in lower case',
    call: (text: string) => text.toLowerCase(),
  },
  {
    name: 'upper',
    parameters: ['text'],
    summary: 'The text in upper case',
    call: (text: string) => text.toUpperCase(),
  },
  {
    name: 'trim',
    parameters: ['text'],
    summary: 'The text without blanks at both ends',
    call: (text: string) => text.trim(),
  },
  {
    name: 'substring',
    parameters: ['text', 'integer', 'integer?'],
    summary: 'The part from one position to another, or to the end',
    call: (text: string, from: number, to = text.length) => {
      if (from >= 0 && from <= to && to <= text.length) return text.slice(from, to);
      throw new Fault(`there is no part from ${from} to ${to} in a text of ${text.length} characters`);
    },
  },
  {
    name: 'indexOf',
    parameters: ['text', 'text', 'integer?'],
    summary: 'Where the other text is first found, at or behind a position; -1 if it is not',
    call: (text: string, part: string, from?: number) => text.indexOf(part, from),
  },
  {
    name: 'lastIndexOf',
    parameters: ['text', 'text'],
    summary: 'Where the other text is last found; -1 if it is not',
    call: (text: string, part: string) => text.lastIndexOf(part),
  },
  {
    name: 'replace',
    parameters: ['text', 'text', 'text'],
    summary: 'The text with every occurrence of the second put as the third',
    call: replaceAll,
  },
  {
    name: 'split',
    parameters: ['text', 'text'],
    summary: 'The parts between separators, as a list',
    call: (text: string, separator: string) => text.split(separator, MAX_WEIGHT),
  },
  {
    name: 'padStart',
    parameters: ['text', 'integer', 'text?'],
    summary: 'The text filled at its beginning up to a length, with blanks or the other text',
    call: (text: string, length: number, fill?: string) => {
      checkTextLength(length);
      return text.padStart(length, fill);
    },
  },
  {
    name: 'padEnd',
    parameters: ['text', 'integer', 'text?'],
    summary: 'The text filled at its end up to a length, with blanks or the other text',
    call: (text: string, length: number, fill?: string) => {
      checkTextLength(length);
      return text.padEnd(length, fill);
    },
  },
];

/** How long it gets is known beforehand: replacements in replacements would grow without bound. */
function replaceAll(text: string, part: string, by: string): string {
  let found = part === '' ? text.length + 1 : 0;
  for (let at = text.indexOf(part); part !== '' && at >= 0; at = text.indexOf(part, at + part.length))
    found++;
  checkTextLength(text.length + found * (by.length - part.length));
  return text.replaceAll(part, () => by);
}
