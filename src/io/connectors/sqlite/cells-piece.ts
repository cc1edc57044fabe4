import { deserialize, serialize } from 'node:v8';
import { MillraceError } from '../../../core/errors.ts';
import type { Cell } from './cell.ts';

/** How the values of a column stand in a piece. */
const NUMBERS = 1;
const TEXTS = 2;
const OTHERS = 3;

/** The length of a text that is NULL; a number that is NULL is `NaN`, which no cell is. */
const NO_TEXT = 0xff_ff_ff_ff;

/**
 * Rows as bytes, column by column: numbers as they lie in memory, the texts of a column as one. That is several times as
 * fast as to serialise value by value, which is done for columns that hold something else.
 */
export function cellsPiece(values: readonly Cell[], width: number): Uint8Array {
  const rows = values.length / width;
  const parts: Uint8Array[] = [bytesOf(Uint32Array.of(rows, width))];
  for (let column = 0; column < width; column++) {
    parts.push(
      ...(numbersOf(values, width, column) ??
        textsOf(values, width, column) ?? [
          Uint8Array.of(OTHERS),
          ...sized(serialize(columnOf(values, width, column))),
        ]),
    );
  }
  return Buffer.concat(parts);
}

function numbersOf(values: readonly Cell[], width: number, column: number): Uint8Array[] | undefined {
  const numbers = new Float64Array(values.length / width);
  for (let row = 0, at = column; at < values.length; row++, at += width) {
    const value = values[at];
    if (typeof value === 'number') numbers[row] = value;
    else if (value === null) numbers[row] = Number.NaN;
    else return undefined;
  }
  return [Uint8Array.of(NUMBERS), bytesOf(numbers)];
}

function textsOf(values: readonly Cell[], width: number, column: number): Uint8Array[] | undefined {
  const lengths = new Uint32Array(values.length / width);
  const texts: string[] = new Array(lengths.length);
  for (let row = 0, at = column; at < values.length; row++, at += width) {
    const value = values[at];
    if (typeof value === 'string') {
      lengths[row] = value.length;
      texts[row] = value;
    } else if (value === null) {
      lengths[row] = NO_TEXT;
      texts[row] = '';
    } else return undefined;
  }
  return [Uint8Array.of(TEXTS), bytesOf(lengths), ...sized(Buffer.from(texts.join('')))];
}

function columnOf(values: readonly Cell[], width: number, column: number): Cell[] {
  return Array.from({ length: values.length / width }, (_, row) => values[row * width + column]!);
}

function sized(bytes: Uint8Array): Uint8Array[] {
  return [bytesOf(Uint32Array.of(bytes.length)), bytes];
}

function bytesOf({ buffer }: Float64Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer);
}

/**
 * The values that a piece has, one row behind the other.
 *
 * @throws MillraceError `ERR_CHECKPOINT_VERSION` when a newer Node.js has written it.
 */
export function cellsOf(piece: Uint8Array): Cell[] {
  const bytes = new Pieces(piece);
  const [rows, width] = bytes.integers(2) as unknown as [number, number];
  const values: Cell[] = new Array(rows * width);
  for (let column = 0; column < width; column++) {
    const cells = columnIn(bytes, rows);
    for (let row = 0; row < rows; row++) values[row * width + column] = cells[row]!;
  }
  return values;
}

function columnIn(bytes: Pieces, rows: number): readonly Cell[] {
  switch (bytes.take(1)[0]) {
    case NUMBERS:
      return Array.from(bytes.numbers(rows), (value) => (Number.isNaN(value) ? null : value));
    case TEXTS: {
      const lengths = bytes.integers(rows);
      const text = Buffer.from(bytes.sized()).toString();
      let at = 0;
      return Array.from(lengths, (length) => {
        if (length === NO_TEXT) return null;
        at += length;
        return text.slice(at - length, at);
      });
    }
    default:
      return others(bytes.sized());
  }
}

function others(bytes: Uint8Array): readonly Cell[] {
  try {
    return deserialize(bytes) as Cell[];
  } catch (cause) {
    const message = 'Cannot read the log of a SQLite output: a newer Node.js has written it';
    throw new MillraceError('ERR_CHECKPOINT_VERSION', message, {
      cause,
      hint: 'Go on with the version of Node.js that wrote it, or a later one.',
    });
  }
}

/** Takes parts of a piece, one after the other. */
class Pieces {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A copy, so that it begins where typed arrays may. */
  take(length: number): Uint8Array {
    const taken = Uint8Array.prototype.slice.call(this.#bytes, this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }

  integers(count: number): Uint32Array {
    return new Uint32Array(this.take(4 * count).buffer);
  }

  numbers(count: number): Float64Array {
    return new Float64Array(this.take(8 * count).buffer);
  }

  sized(): Uint8Array {
    return this.take(this.integers(1)[0]!);
  }
}
