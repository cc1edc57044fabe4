import { genericBuilder, type RecordBuilder, recordBuilder } from '../../core/record-builder.ts';
import { MOST_SHAPES } from './snapshot-format.ts';

/** The keys of objects, in their order, under a number. */
export interface WrittenShape {
  readonly id: number;
  readonly keys: readonly string[];
}

/** Characters of all keys together: objects of wider shapes are written with their keys. */
const MOST_CHARACTERS = 4096;

/** The shapes that a snapshot has written so far. */
export class WrittenShapes {
  readonly #known = new Map<string, WrittenShape>();

  get count(): number {
    return this.#known.size;
  }

  /** The shape of an object with these keys, perhaps a new one; `undefined` when it is not worth one. */
  of(keys: readonly string[]): WrittenShape | undefined {
    const name = JSON.stringify(keys);
    const known = this.#known.get(name);
    if (known !== undefined || this.#known.size === MOST_SHAPES || name.length > MOST_CHARACTERS)
      return known;
    const shape = { id: this.#known.size, keys };
    this.#known.set(name, shape);
    return shape;
  }
}

/** Whether an object has just these keys, without making a list of them. */
export function hasKeys(record: object, keys: readonly string[]): boolean {
  let index = 0;
  for (const key in record) if (keys[index++] !== key) return false;
  return index === keys.length;
}

/** Code is generated for shapes that come up as often as this, and are not wider. */
const OFTEN = 16;
const MOST_GENERATED = 200;

/** The keys of objects that are read, and what makes objects of their values. */
export class ReadShape {
  readonly keys: readonly string[];
  #build: RecordBuilder;
  #built = 0;

  constructor(keys: readonly string[]) {
    this.keys = keys;
    this.#build = genericBuilder(fieldsOf(keys));
  }

  build(values: readonly unknown[]): object {
    // The keys get into the generated code as quoted literals only.
    if (++this.#built === OFTEN && this.keys.length <= MOST_GENERATED) {
      this.#build = recordBuilder(fieldsOf(this.keys));
    }
    return this.#build(values);
  }
}

function fieldsOf(keys: readonly string[]) {
  return keys.map((name, from) => ({ name, from }));
}
