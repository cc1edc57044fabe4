import { genericBuilder, type RecordBuilder, recordBuilder } from '../../../core/record-builder.ts';

/** The kinds of values, as they are written in front of them. */
export const Tag = Object.freeze({
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  /** 4 bytes. */
  integer: 4,
  /** 8 bytes. */
  number: 5,
  /** Text of one byte a character: its length; the characters stand behind all values of the record. */
  latin: 6,
  /** Text: its length, and two bytes a character. */
  wide: 7,
  /** 8 bytes: its time. */
  date: 8,
  /** Its digits as text. */
  bigint: 9,
  /** The number of its shape, and its values. */
  object: 10,
  /** The number of its keys, and each key as text with its value: for objects of rare shapes. */
  dictionary: 11,
  /** Its length, and its values. */
  array: 12,
  /** What `v8.serialize` makes of it: its length, and the bytes. */
  other: 13,
});

/** The keys of an object, in their order. */
export interface Shape {
  readonly id: number;
  readonly keys: readonly string[];
  /** Makes an object of this shape of a list of its values. */
  readonly build: RecordBuilder;
}

/** Objects whose keys are data would make one shape each: those beyond are written with their keys. */
const MOST_SHAPES = 1000;
const MOST_KEYS = 1000;
/** Code is generated for no object wider than this. */
const MOST_GENERATED = 200;

/** The shapes that have come up so far. */
export class Shapes {
  readonly #shapes: Shape[] = [];
  readonly #known = new Map<string, Shape>();
  #last: Shape | undefined;

  /** The keys of all, in the order of their numbers: plain data, from which others of the same numbers can be made. */
  get keys(): readonly (readonly string[])[] {
    return this.#shapes.map(({ keys }) => keys);
  }

  /** Takes over the `keys` of others; before there are any of its own. */
  restore(keys: readonly (readonly string[])[]): void {
    for (const list of keys) this.#add(JSON.stringify(list), list);
  }

  byId(id: number): Shape {
    return this.#shapes[id]!;
  }

  /** The shape of a plain object; `undefined` when it is not worth one. */
  of(record: object): Shape | undefined {
    const last = this.#last;
    if (last !== undefined && sameKeys(last.keys, record)) return last;
    const keys = Object.keys(record);
    if (keys.length > MOST_KEYS) return undefined;
    const name = JSON.stringify(keys);
    const shape = this.#known.get(name) ?? this.#add(name, keys);
    if (shape !== undefined) this.#last = shape;
    return shape;
  }

  #add(name: string, keys: readonly string[]): Shape | undefined {
    if (this.#shapes.length === MOST_SHAPES) return undefined;
    const fields = keys.map((key, from) => ({ name: key, from }));
    const build = keys.length > MOST_GENERATED ? genericBuilder(fields) : recordBuilder(fields);
    const shape: Shape = { id: this.#shapes.length, keys, build };
    this.#shapes.push(shape);
    this.#known.set(name, shape);
    return shape;
  }
}

/** Whether an object has just these keys, without making a list of them. */
function sameKeys(keys: readonly string[], record: object): boolean {
  let index = 0;
  for (const key in record) if (keys[index++] !== key) return false;
  return index === keys.length;
}
