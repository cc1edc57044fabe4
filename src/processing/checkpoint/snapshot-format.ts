import { endianness } from 'node:os';

/** The first byte of every snapshot. A change that older readers would misread needs a new one. */
export const SNAPSHOT_FORMAT = 1;

/** How deep values may nest. */
export const MOST_DEPTH = 200;

/** How many shapes one snapshot may have: objects of more are written with their keys. */
export const MOST_SHAPES = 1000;

/** The kinds of values, as they are written in front of them. Lengths are whole numbers of seven bits a byte. */
export const Tag = Object.freeze({
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  /** An integer of 32 bits, its sign in the lowest bit, seven bits a byte. */
  integer: 4,
  /** 8 bytes. */
  number: 5,
  /** Text: its length, and one byte a character. */
  latin: 6,
  /** Text: its length, and two bytes a code unit, whatever they are. */
  wide: 7,
  /** 8 bytes: its time. */
  date: 8,
  /** 0 or 1 for its sign, the number of its bytes, and the bytes, the lowest first. */
  bigint: 9,
  /** The number of a shape, and its values. */
  object: 10,
  /** An object whose shape comes up first: the number of its keys, the keys as text, and its values. */
  shaped: 11,
  /** The number of its keys, and each key as text with its value: for objects of rare shapes. */
  dictionary: 12,
  /** The same, for an object without a prototype. */
  bare: 13,
  /** Its length, and its values. */
  array: 14,
  /** Its size, and each key with its value. */
  map: 15,
  /** Its size, and its values. */
  set: 16,
  /** The number of its kind, its length in bytes, and the bytes. */
  bytes: 17,
  /** The first of those that stand for text of 0 to 95 characters of one byte, which follow. */
  short: 32,
  /** The first of those that stand for the integers from 0 to 127. */
  small: 128,
});

/** A class of objects that are nothing but bytes. */
export interface BytesKind {
  readonly prototype: object;
  /** Bytes that belong together: their order is that of the machine in memory, the lowest first in a snapshot. */
  readonly width: number;
  /** Makes one of bytes that nobody else has. */
  readonly make: (bytes: ArrayBuffer) => object;
}

type View = new (buffer: ArrayBuffer) => ArrayBufferView;

const view = (type: View, width: number): BytesKind => ({
  prototype: type.prototype,
  width,
  make: (bytes) => new type(bytes),
});

const Float16: View | undefined = Reflect.get(globalThis, 'Float16Array');

/** By their numbers in snapshots, which are never given to others. */
export const BYTES_KINDS: readonly (BytesKind | undefined)[] = [
  { prototype: ArrayBuffer.prototype, width: 1, make: (bytes) => bytes },
  { prototype: Buffer.prototype, width: 1, make: (bytes) => Buffer.from(bytes) },
  view(Uint8Array, 1),
  view(Int8Array, 1),
  view(Uint8ClampedArray, 1),
  view(Int16Array, 2),
  view(Uint16Array, 2),
  view(Int32Array, 4),
  view(Uint32Array, 4),
  view(Float32Array, 4),
  view(Float64Array, 8),
  view(BigInt64Array, 8),
  view(BigUint64Array, 8),
  view(DataView, 1),
  // Node 22 has none.
  Float16 === undefined ? undefined : view(Float16, 2),
];

/**
 * Bytes of a snapshot from those of memory, or the other way round: the same on nearly every machine, a copy in the
 * other order on one that keeps the highest byte first.
 */
export function ordered(bytes: Uint8Array, width: number, machine: 'LE' | 'BE' = endianness()): Uint8Array {
  if (machine === 'LE' || width === 1) return bytes;
  const copy = bytes.slice();
  for (let at = 0; at < copy.length; at += width) copy.subarray(at, at + width).reverse();
  return copy;
}
