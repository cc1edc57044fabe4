import { MillraceError } from '../../../core/errors.ts';
import { recordBuilder } from '../../../core/record-builder.ts';
import { showValue } from '../../../core/show-value.ts';
import type { SyncLogic } from '../../../interfaces/operator.ts';
import { refuseLateValue } from '../aggregates/field-aggregate.ts';
import { valueReader } from '../aggregates/fields.ts';
import { absorbing } from '../plain-logic.ts';
import { KeyedValues } from './keyed-values.ts';

export interface PivotPlan {
  readonly keys: readonly string[];
  readonly column: string;
  readonly value: string;
  readonly columns?: readonly string[] | undefined;
  readonly maxColumns: number;
  readonly maxKeys: number;
  readonly combine?: ((earlier: unknown, later: unknown) => unknown) | undefined;
}

/** Keeps the values of each key by column, and makes records of them when the input is over. */
export function pivotLogic<A, B>(plan: PivotPlan): SyncLogic<A, B> {
  const { keys, combine, maxKeys } = plan;
  const readKeys = keys.map(valueReader);
  const readColumn = valueReader(plan.column);
  const readValue = valueReader(plan.value);
  const keyOf = (record: A): readonly unknown[] => readKeys.map((read) => read(record));
  const rows = new KeyedValues<Map<string, unknown>>(keyOf, () => new Map(), maxKeys);
  const given = plan.columns && new Set(plan.columns);
  const found = given ?? new Set<string>();

  const checkColumn = (name: string): void => {
    if (found.has(name)) return;
    if (keys.includes(name)) throw clash(name);
    if (found.size >= plan.maxColumns) throw tooManyColumns(name, plan.maxColumns);
  };
  const joined = (cells: ReadonlyMap<string, unknown>, name: string, value: unknown): unknown => {
    if (!cells.has(name)) return value;
    if (combine === undefined) throw twice(name, cells.get(name), value);
    const made = combine(cells.get(name), value);
    refuseLateValue(made);
    return made;
  };
  return {
    ...absorbing<A>((record) => {
      const kept = rows.of(record);
      const name = columnName(plan.column, readColumn(record));
      if (given === undefined) checkColumn(name);
      if (found.has(name) || given === undefined) {
        const cell = joined(kept.value, name, readValue(record));
        kept.value.set(name, cell);
        found.add(name);
      }
      rows.keep(kept, kept.value);
    }),
    *end() {
      const columns = [...found];
      const build = recordBuilder([...keys, ...columns].map((name, from) => ({ name, from })));
      for (const { key, value: cells } of rows.all()) {
        yield build([...(key as unknown[]), ...columns.map((name) => cells.get(name) ?? null)]) as B;
      }
    },
    snapshot: () => ({ found: [...found], rows: rows.snapshot() }),
    restore(state) {
      const before = state as { readonly found: readonly string[]; readonly rows: unknown };
      for (const name of before.found) found.add(name);
      rows.restore(before.rows);
    },
  };
}

function columnName(field: string, name: unknown): string {
  if (typeof name === 'string' && name !== '') return name;
  if (typeof name === 'number' || typeof name === 'boolean' || typeof name === 'bigint') return String(name);
  throw new MillraceError(
    'ERR_CALLBACK',
    `its "${field}" is ${showValue(name)}, which is no name of a column`,
    {
      hint: 'Name columns by text or numbers; make a name by map() in front, or filter such rows out.',
    },
  );
}

function twice(name: string, earlier: unknown, later: unknown): MillraceError {
  return new MillraceError(
    'ERR_CALLBACK',
    `its key has ${showValue(earlier)} in the column "${name}" already, and this is ${showValue(later)}`,
    { hint: 'Say how to make one value of two: combine: (earlier, later) => earlier + later.' },
  );
}

function clash(name: string): MillraceError {
  return new MillraceError('ERR_CALLBACK', `a column is called "${name}", as a field of the key`, {
    hint: 'Rename the field of the key by rename() in front.',
  });
}

function tooManyColumns(name: string, maxColumns: number): MillraceError {
  return new MillraceError(
    'ERR_LIMIT',
    `the column ${JSON.stringify(name)} is new, and there are ${maxColumns} already`,
    {
      hint: 'Say which columns you need: columns: [...], or raise maxColumns of pivot().',
      details: { maxColumns },
    },
  );
}
