import type { DataType, MapRow, Vector } from 'apache-arrow';
import { BIG_INTEGERS, UnsafeInteger } from '../columnar/big-integers.ts';

type Library = typeof import('apache-arrow');

/** Makes the value of a record of what the library gives. */
type Convert = (value: unknown) => unknown;

const SAME: Convert = (value) => value;

export interface ArrowValuesSpec {
  readonly library: Library;
  readonly bigints: keyof typeof BIG_INTEGERS;
  /** The most values that the column may have, those in lists counted: lengths in damaged data may be any number. */
  readonly most: number;
  /** Is told of the rows whose integer cannot be said as the option wants it. */
  readonly unsafe: (row: number) => void;
}

/**
 * The values of a column: `null` where there is none, times as `Date`, decimals as text, lists as arrays, groups as
 * objects.
 */
export function arrowValues(
  vector: Vector,
  { library, bigints, most, unsafe }: ArrowValuesSpec,
): readonly unknown[] {
  const counter = new Counter(most);
  counter.add(vector.length);
  const convert = converter({ library, counter, integer: BIG_INTEGERS[bigints] }, vector.type);
  const values = new Array<unknown>(vector.length);
  for (let row = 0; row < vector.length; row++) {
    const value: unknown = vector.get(row);
    try {
      values[row] = convert(value);
    } catch (error) {
      if (!(error instanceof UnsafeInteger)) throw error;
      values[row] = String(value);
      unsafe(row);
    }
  }
  return values;
}

class Counter {
  readonly #most: number;
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(count: number): void {
    this.#count += count;
    if (!(this.#count <= this.#most)) throw new Error('there are more values than its bytes can hold');
  }
}

interface Converting {
  readonly library: Library;
  readonly counter: Counter;
  readonly integer: (value: bigint) => unknown;
}

function converter(converting: Converting, type: DataType): Convert {
  const convert = made(converting, type);
  return (value) => (value === null || value === undefined ? null : convert(value));
}

function made(converting: Converting, type: DataType): Convert {
  const { library, counter, integer } = converting;
  const { DataType } = library;
  const inner = (of: DataType) => converter(converting, of);
  if (DataType.isDate(type) || DataType.isTimestamp(type)) return (value) => new Date(Number(value));
  if (DataType.isDecimal(type)) return (value) => decimal(value as Uint32Array, type.scale);
  if (DataType.isDictionary(type)) return inner(type.dictionary);
  if (DataType.isList(type) || DataType.isFixedSizeList(type)) {
    const convert = inner(type.children[0]!.type);
    return (value) => {
      counter.add((value as Vector).length);
      return Array.from(value as Vector, convert);
    };
  }
  if (DataType.isStruct(type)) {
    const fields = type.children.map(({ name, type: of }) => [name, inner(of)] as const);
    return (value) =>
      Object.fromEntries(
        fields.map(([name, convert]) => [name, convert(Reflect.get(value as object, name))]),
      );
  }
  if (DataType.isMap(type)) {
    const convert = inner(type.children[0]!.type.children[1]!.type);
    return (value) => {
      const { size } = value as MapRow;
      counter.add(size);
      return Object.fromEntries(
        Array.from(value as Iterable<[unknown, unknown]>, ([key, one]) => [`${key}`, convert(one)]),
      );
    };
  }
  if (DataType.isInt(type) || DataType.isTime(type)) {
    return (value) => (typeof value === 'bigint' ? integer(value) : value);
  }
  return SAME;
}

/** The text of a decimal, given as the words of its digits without a point, the lowest first. */
function decimal(words: Uint32Array, scale: number): string {
  let digits = 0n;
  for (const word of Uint32Array.from(words).reverse()) digits = (digits << 32n) | BigInt(word);
  const signed = BigInt.asIntN(words.length * 32, digits);
  const text = `${signed < 0n ? -signed : signed}`;
  const sign = signed < 0n ? '-' : '';
  if (scale <= 0) return `${sign}${text}${text === '0' ? '' : '0'.repeat(-scale)}`;
  const padded = text.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}
