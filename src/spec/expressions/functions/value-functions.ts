import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ExpressionFunction } from '../../../interfaces/expression-function.ts';
import { add, checkTextLength } from '../arithmetic.ts';
import { Fault } from '../fault.ts';
import { aKind, comparable, entriesOf, kindOf } from '../values.ts';

/** Functions of lists and maps, of any value, of JSON, and hashes. */
export const VALUE_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: 'size',
    parameters: ['any'],
    summary: 'The characters of a text, the items of a list, the fields of a map',
    call: sizeOf,
  },
  {
    name: 'join',
    parameters: ['list', 'text?'],
    summary: 'The texts of a list as one, with a separator between them',
    call: (list: readonly unknown[], separator = '') => {
      const texts = list.map(textOf);
      checkTextLength(texts.reduce((length, text) => length + text.length + separator.length, 0));
      return texts.join(separator);
    },
  },
  {
    name: 'sum',
    parameters: ['list'],
    summary: 'The sum of a list of numbers',
    call: (list: readonly unknown[]) => list.reduce(add, 0),
  },
  {
    name: 'min',
    parameters: ['list'],
    summary: 'The least of a list; null when it is empty',
    call: (list: readonly unknown[]) => extreme(list, (one, best) => one < best),
  },
  {
    name: 'max',
    parameters: ['list'],
    summary: 'The greatest of a list; null when it is empty',
    call: (list: readonly unknown[]) => extreme(list, (one, best) => one > best),
  },
  {
    name: 'keys',
    parameters: ['map'],
    summary: 'The names of the fields of a map',
    call: (map: object) => entriesOf(map).map(([key]) => key),
  },
  {
    name: 'values',
    parameters: ['map'],
    summary: 'What the fields of a map hold',
    call: (map: object) => entriesOf(map).map(([, value]) => value),
  },
  {
    name: 'string',
    parameters: ['any'],
    summary: 'The value as text; times as 2026-01-31T12:00:00.000Z',
    call: textOf,
  },
  {
    name: 'bool',
    parameters: ['any'],
    summary: 'true of the texts true, t and 1, false of false, f and 0',
    call: (value: unknown) => {
      if (typeof value === 'boolean') return value;
      const text = String(value).toLowerCase();
      if (/^(?:true|t|1)$/.test(text)) return true;
      if (/^(?:false|f|0)$/.test(text)) return false;
      throw new Fault(`${aKind(value)} is neither true nor false`);
    },
  },
  {
    name: 'type',
    parameters: ['any'],
    summary: 'What it is: null, bool, number, text, bytes, time, duration, list or map',
    call: kindOf,
  },
  { name: 'dyn', parameters: ['any'], summary: 'The value as it is', call: (value: unknown) => value },
  {
    name: 'parseJson',
    parameters: ['text'],
    summary: 'The value of a JSON text',
    call: (text: string) => {
      try {
        return JSON.parse(text);
      } catch (error) {
        throw new Fault('the text is no JSON', { cause: error });
      }
    },
  },
  {
    name: 'toJson',
    parameters: ['any'],
    summary: 'The value as a JSON text',
    call: (value: unknown) => JSON.stringify(value, plainInteger),
  },
  hash('md5'),
  hash('sha1'),
  hash('sha256'),
  {
    name: 'crc32',
    parameters: ['text'],
    summary: 'A number from 0 to 2^32 - 1 made of the text, to spread values evenly; no secret',
    call: (text: string) => crc32(text),
  },
];

function hash(name: string): ExpressionFunction {
  return {
    name,
    parameters: ['text'],
    summary: `The ${name.toUpperCase()} hash of the text in UTF-8, in hexadecimal digits`,
    call: (text: string) => createHash(name).update(text).digest('hex'),
  };
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value) || value instanceof Uint8Array) return value.length;
  if (value instanceof Set) return value.size;
  if (kindOf(value) === 'map') return entriesOf(value as object).length;
  throw new Fault(`${aKind(value)} has no size`);
}

function extreme(list: readonly unknown[], better: (one: never, best: never) => boolean): unknown {
  let best: unknown = null;
  for (const one of list) {
    if (best === null || (comparable(one, best) && better(one as never, best as never))) best = one;
  }
  return best;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  const kind = kindOf(value);
  if (kind === 'list' || kind === 'map')
    throw new Fault(`${aKind(value)} is no text`, { hint: 'Write toJson(…).' });
  return String(value);
}

function plainInteger(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
