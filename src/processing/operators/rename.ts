import { MillraceError } from '../../core/errors.ts';
import {
  genericBuilder,
  type RecordBuilder,
  type RecordField,
  recordBuilder,
} from '../../core/record-builder.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator } from './define-operator.ts';
import { transforming } from './plain-logic.ts';

/** `A` with the keys of `M` replaced by its values. */
export type Renamed<A, M> = {
  [K in keyof A as K extends keyof M ? (M[K] extends string ? M[K] : K) : K]: A[K];
};

/** So many shapes of records get generated code; where there are more, they are no shapes but maps. */
const SHAPES = 64;

/**
 * Renames columns; the others stay, and so does the order.
 *
 * - Emits: a new object for each record.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: a record fails when a new name would hide another of its columns, and when it is `null`
 *   or `undefined`, `ERR_CALLBACK`.
 *
 * @throws MillraceError `ERR_OPTIONS` without names, and when two columns would get the same name.
 * @example
 * ```ts
 * import { from, rename } from 'millrace';
 *
 * const renamed = from([{ ORDER_ID: '1', qty: 2 }]).pipe(rename({ ORDER_ID: 'id' }));
 * ```
 */
export function rename<A, const M extends { readonly [K in keyof A]?: string }>(
  names: M,
): Operator<A, Renamed<A, M>> {
  const table = new Map(Object.entries(names as Record<string, string>));
  checkNames(table);
  return defineOperator<A, Renamed<A, M>>({
    name: 'rename',
    remembers: 'none',
    cardinality: 'one',
    detail: [...table].map(([from, to]) => `${from} → ${to}`).join(', '),
    create() {
      const convert = converter(table) as (record: A) => Renamed<A, M>;
      return transforming(convert);
    },
  });
}

function checkNames(table: ReadonlyMap<string, unknown>): void {
  const news = [...table.values()];
  const twice = news.find((name, index) => news.indexOf(name) !== index);
  if (news.length > 0 && twice === undefined && news.every((name) => typeof name === 'string')) return;
  const found = twice === undefined ? 'it needs { old: "new" }' : `"${String(twice)}" is given twice`;
  throw new MillraceError('ERR_OPTIONS', `Cannot rename columns: ${found}`);
}

/** Keeps a builder for each shape; as long as the shape stays, a record costs a look at its keys. */
function converter(table: ReadonlyMap<string, string>): RecordBuilder {
  const builders = new Map<string, RecordBuilder>();
  let shape: readonly string[] | undefined;
  let build: RecordBuilder;
  return (record) => {
    const keys = Object.keys(record as object);
    if (shape === undefined || !sameKeys(keys, shape)) {
      build = builderFor(keys, table, builders);
      shape = keys;
    }
    return build(record);
  };
}

function builderFor(
  keys: readonly string[],
  table: ReadonlyMap<string, string>,
  builders: Map<string, RecordBuilder>,
): RecordBuilder {
  const id = JSON.stringify(keys);
  const known = builders.get(id);
  if (known !== undefined) return known;
  if (builders.size >= SHAPES) return genericBuilder(renamed(keys, table));
  const made = recordBuilder(renamed(keys, table));
  builders.set(id, made);
  return made;
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

function renamed(keys: readonly string[], table: ReadonlyMap<string, string>): readonly RecordField[] {
  const fields = keys.map((key) => ({ name: table.get(key) ?? key, from: key }));
  const names = fields.map(({ name }) => name);
  const hidden = names.find((name, index) => names.indexOf(name) !== index);
  if (hidden === undefined) return fields;
  throw new MillraceError('ERR_CALLBACK', `the record has a column "${hidden}" already`);
}
