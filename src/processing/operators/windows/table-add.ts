import type { Aggregate } from '../../../interfaces/aggregate.ts';
import { isCounted } from '../aggregates/count.ts';
import { fieldAccess, valueReader } from '../aggregates/fields.ts';
import { GroupTable, type Placed } from '../groups/group-table.ts';
import { addJointly, type Joint, joint } from '../groups/joint-add.ts';

/** How records come into the tables of windows: each takes a record into all accumulators, or into none when one throws. */
export interface TableAdd {
  /** Adds a record to a group that is there. */
  add(table: GroupTable, group: number, record: unknown): void;
  /** Makes a group of a record. */
  begin(table: GroupTable, id: unknown, key: unknown, record: unknown): void;
}

/** Adds a record whose values are known. */
type AddValues = (table: GroupTable, group: number, record: unknown, values: readonly unknown[]) => void;
type BeginValues = (
  table: GroupTable,
  id: unknown,
  key: unknown,
  record: unknown,
  values: readonly unknown[],
) => void;

/** For all tables of these aggregates: each window has one. `compiled`: whether to generate code. */
export function tableAdd(aggregates: readonly Aggregate<unknown, unknown>[], compiled = true): TableAdd {
  const together = joint(aggregates);
  const addValues: AddValues = (table, group, record, values) => {
    const states = table.read(group);
    addJointly(together, states, record, values);
    table.write(group, states);
  };
  const beginValues: BeginValues = (table, id, key, record, values) => {
    const states = table.fresh(key);
    addJointly(together, states, record, values);
    table.append(id, key, states);
  };
  return (
    (compiled ? compiledAdd(together, addValues, beginValues) : undefined) ??
    plainAdd(together, addValues, beginValues)
  );
}

function plainAdd({ sources }: Joint, addValues: AddValues, beginValues: BeginValues): TableAdd {
  const readers = sources.map(valueReader);
  const valuesOf = (record: unknown): unknown[] => readers.map((read) => read(record));
  return {
    add: (table, group, record) => addValues(table, group, record, valuesOf(record)),
    begin: (table, id, key, record) => beginValues(table, id, key, record, valuesOf(record)),
  };
}

/**
 * One function for all aggregates, generated, so that what each of them does is in place. It takes the way of most
 * records, whose values are numbers where numbers are kept, and leaves the others to `addValues`, and all to it where
 * an aggregate is the user's own. `undefined` where the process forbids generated code.
 */
function compiledAdd(together: Joint, addValues: AddValues, beginValues: BeginValues): TableAdd | undefined {
  const { sources, takings, own, aggregates } = together;
  if (own.length > 0) return undefined;
  const { placed, width } = new GroupTable(aggregates, 1);
  const others = takings.filter(({ place }) => !placed.some((one) => one.place === place));
  const given = (value: number, code: string): string =>
    isCounted(sources[value]) ? `{ ${code} }` : `if (v${value} != null) { ${code} }`;
  const loads = sources.map((source, n) => `const v${n} = ${load(source, n)};`).join('\n');
  const values = sources.map((_, n) => `v${n}`).join(', ');
  const body = `
    ${others.map(({ place }) => `const a${place} = aggregates[${place}];`).join('\n')}
    const add = (table, group, record) => {
      const numbers = table.numbers, at = group * ${width};
      ${others.length === 0 ? '' : `const objects = table.objects, from = group * ${aggregates.length};`}
      ${loads}
      if (${['true', ...sources.flatMap((_, n) => expected(together, placed, n))].join(' && ')}) {
        ${others
          .filter(({ aggregate }) => aggregate.check !== undefined)
          .map(({ place, value }) => given(value, `a${place}.check(objects[from + ${place}], v${value});`))
          .join('\n')}
        ${others
          .map(({ place, value }) => {
            const slot = `objects[from + ${place}]`;
            return given(value, `${slot} = a${place}.take(${slot}, v${value});`);
          })
          .join('\n')}
        ${placed
          .map(({ place, columns, first }) => {
            const { value } = takings.find((taking) => taking.place === place)!;
            return given(
              value,
              columns.add(`v${value}`, (n) => `numbers[at + ${first + n}]`),
            );
          })
          .join('\n')}
        return;
      }
      addValues(table, group, record, [${values}]);
    };
    const begin = (table, id, key, record) => {
      ${loads}
      if (${others.length > 0 ? 'false' : ['true', ...sources.flatMap((_, n) => first(together, placed, n))].join(' && ')}) {
        const group = table.begin(id, key);
        const numbers = table.numbers, at = group * ${width};
        ${placed.map((one) => begun(together, one)).join('\n')}
        return;
      }
      beginValues(table, id, key, record, [${values}]);
    };
    return { add, begin };`;
  try {
    const factory = new Function('aggregates', 'sources', 'addValues', 'beginValues', body);
    return factory(aggregates, sources, addValues, beginValues) as TableAdd;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

function load(source: Joint['sources'][number], n: number): string {
  if (isCounted(source)) return '1';
  return typeof source === 'string' ? fieldAccess('record', source) : `sources[${n}](record)`;
}

/** What has to hold of a value: a number where aggregates keep numbers, and do so already; no promise elsewhere. */
function expected({ sources, takings }: Joint, placed: readonly Placed[], n: number): string[] {
  const kept = placed.filter(({ place }) => takings.some((one) => one.place === place && one.value === n));
  const packed = kept.map(({ first }) => `numbers[at + ${first}] === numbers[at + ${first}]`);
  if (isCounted(sources[n])) return packed;
  if (kept.length === 0) return [`!(v${n} instanceof Promise)`];
  return [`((${[isNumber(kept, n), ...packed].join(' && ')}) || v${n} == null)`];
}

/** What has to hold of the first value of a group that is to be of numbers. */
function first({ sources }: Joint, placed: readonly Placed[], n: number): string[] {
  return isCounted(sources[n]) ? [] : [isNumber(placed, n)];
}

function isNumber(kept: readonly Placed[], n: number): string {
  const finite = kept.some(({ columns }) => columns.finite === true);
  return `typeof v${n} === 'number' && ${finite ? `v${n} - v${n} === 0` : `v${n} === v${n}`}`;
}

function begun({ takings }: Joint, { place, columns, first: at }: Placed): string {
  const { value } = takings.find((taking) => taking.place === place)!;
  return columns
    .begin(`v${value}`)
    .map((number, n) => `numbers[at + ${at + n}] = ${number};`)
    .join(' ');
}
