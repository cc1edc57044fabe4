import { showValue } from '../../../core/show-value.ts';

/** What SQLite makes of a number that is put into a column, by the type that the column was declared with. */
export type Affinity = 'integer' | 'real' | 'numeric' | 'text' | 'none';

/** What SQLite takes. */
export type Cell = null | number | bigint | string | Uint8Array;

const LARGEST = 2n ** 63n;

/** The rules by which SQLite reads a declared type. */
export function affinityOf(type: string, strict: boolean): Affinity {
  const declared = type.toUpperCase();
  if (declared === '' || (strict && declared === 'ANY')) return 'none';
  if (declared.includes('INT')) return 'integer';
  if (/CHAR|CLOB|TEXT/.test(declared)) return 'text';
  if (declared.includes('BLOB')) return 'none';
  return /REAL|FLOA|DOUB/.test(declared) ? 'real' : 'numeric';
}

/** What cannot be put into a database; the message says what it is. */
export class Uncellable extends Error {}

/**
 * A value as SQLite takes it: `undefined` is NULL, booleans 1 and 0, dates ISO 8601, objects JSON. Nothing becomes something
 * else on the way: SQLite would make `1` of a text column `1.0`, and NULL of `NaN`.
 *
 * @throws Uncellable
 */
export function cellOf(value: unknown, affinity: Affinity): Cell {
  switch (typeof value) {
    case 'string':
      if (value.isWellFormed()) return value;
      throw new Uncellable('half of a character, which is no text');
    case 'number':
      return numberCell(value, affinity);
    case 'boolean':
      return numberCell(value ? 1 : 0, affinity);
    case 'bigint':
      if (value < LARGEST && value >= -LARGEST) return value;
      throw new Uncellable(`${value}, which is beyond 64 bits`);
    case 'undefined':
      return null;
    case 'object':
      return objectCell(value);
    default:
      throw new Uncellable(`a ${typeof value}`);
  }
}

function numberCell(value: number, affinity: Affinity): Cell {
  if (Number.isNaN(value)) throw new Uncellable('NaN');
  if (affinity === 'text') return `${value}`;
  if (affinity === 'none' && Number.isSafeInteger(value) && !Object.is(value, -0)) return BigInt(value);
  return value;
}

function objectCell(value: object | null): Cell {
  if (value === null || value instanceof Uint8Array) return value;
  if (value instanceof Date) {
    if (!Number.isNaN(value.getTime())) return value.toISOString();
    throw new Uncellable('a date that is none');
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    throw new Uncellable('bytes of another kind than Uint8Array');
  }
  return jsonCell(value);
}

function jsonCell(value: object): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new Uncellable(`${showValue(value)}, which is no JSON`, { cause });
  }
  if (text !== undefined) return text;
  throw new Uncellable(`${showValue(value)}, which is no JSON`);
}
