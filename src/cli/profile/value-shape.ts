import { CANDIDATES } from '../../io/formats/csv/infer-types.ts';

/** How deep shapes go into values, and how many properties of one object they tell apart. */
const MAX_DEPTH = 8;
const MAX_PROPERTIES = 1_000;

export type ShapeKind = 'null' | 'boolean' | 'integer' | 'number' | 'date' | 'string' | 'array' | 'object';

/** What values at one place have been, so far. */
export class ValueShape {
  readonly kinds = new Set<ShapeKind>();
  readonly properties = new Map<string, ValueShape>();
  #items: ValueShape | undefined;
  readonly #depth: number;
  /** Objects, and how many of them had the property that this is. */
  objects = 0;
  present = 0;

  constructor(depth = 0) {
    this.#depth = depth;
  }

  /** What the items of arrays have been; `undefined` where there was none. */
  get items(): ValueShape | undefined {
    return this.#items;
  }

  add(value: unknown): void {
    this.present++;
    const kind = kindOf(value);
    this.kinds.add(kind);
    if (this.#depth >= MAX_DEPTH) return;
    if (Array.isArray(value)) {
      for (const item of value) {
        this.#items ??= new ValueShape(this.#depth + 1);
        this.#items.add(item);
      }
    } else if (kind === 'object') this.#addObject(value as object);
  }

  /** The same where dates are text, as in JSON. */
  withoutDates(): ValueShape {
    const plain = new ValueShape(this.#depth);
    for (const kind of this.kinds) plain.kinds.add(kind === 'date' ? 'string' : kind);
    for (const [name, inner] of this.properties) plain.properties.set(name, inner.withoutDates());
    plain.#items = this.#items?.withoutDates();
    plain.objects = this.objects;
    plain.present = this.present;
    return plain;
  }

  #addObject(value: object): void {
    this.objects++;
    for (const [name, inner] of Object.entries(value)) {
      if (inner === undefined) continue;
      this.property(name)?.add(inner);
    }
  }

  /** The shape of a property; `undefined` where there are too many of them. */
  property(name: string): ValueShape | undefined {
    const known = this.properties.get(name);
    if (known !== undefined || this.properties.size >= MAX_PROPERTIES) return known;
    const made = new ValueShape(this.#depth + 1);
    this.properties.set(name, made);
    return made;
  }
}

function kindOf(value: unknown): ShapeKind {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'number';
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value as 'string' | 'boolean';
  if (value instanceof Date) return 'date';
  return Array.isArray(value) ? 'array' : 'object';
}

/** What the text of a column of CSV can be read as: less with every value. */
export class TextShape {
  #candidates = CANDIDATES;
  #texts = 0;
  #empty = 0;

  add(text: string): void {
    if (text === '') {
      this.#empty++;
      return;
    }
    this.#texts++;
    if (this.#candidates.length > 0) this.#candidates = this.#candidates.filter(([, holds]) => holds(text));
  }

  /** The shape that the values have when they are read as what they look like. */
  shape(): ValueShape {
    const shape = new ValueShape();
    const [type] = this.#texts === 0 ? [] : (this.#candidates[0] ?? []);
    shape.kinds.add(
      type === 'int'
        ? 'integer'
        : type === 'float'
          ? 'number'
          : type === 'boolean' || type === 'date'
            ? type
            : 'string',
    );
    if (this.#empty > 0 && type !== undefined) shape.kinds.add('null');
    shape.present = this.#texts + this.#empty;
    return shape;
  }
}
