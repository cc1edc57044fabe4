import { isCounted } from '../aggregates/count.ts';
import { fieldAccess } from '../aggregates/fields.ts';
import { keyId } from '../key-id.ts';
import type { GroupTable } from './group-table.ts';
import type { Joint } from './joint-add.ts';

/** Adds a record to the accumulators of its key. */
export type Add = (record: unknown) => void;

/** Adds a record whose key and values are known; `group` is `undefined` for a key that is new. */
export type AddValues = (
  record: unknown,
  id: unknown,
  key: unknown,
  group: number | undefined,
  values: readonly unknown[],
) => void;

/**
 * One function for all aggregates of an operator, generated, so that what each of them does is in place and knows its
 * fields. It takes the way of most records, whose values are numbers where numbers are kept, and leaves the others to
 * `addValues`. `undefined` where the process forbids generated code. Without `keyOf` there is one group.
 */
export function compiledAdd(
  table: GroupTable,
  joint: Joint,
  keyOf: ((record: never) => unknown) | undefined,
  addValues: AddValues,
): Add | undefined {
  const source = `return (record) => {
    ${keyOf === undefined ? ONE_GROUP : GROUP_BY_KEY}
    ${joint.sources.map((one, n) => `const v${n} = ${load(one, n)};`).join('\n')}
    if (${['true', ...expected(table, joint)].join(' && ')}) {
      if (group !== undefined) {
        const numbers = table.numbers, at = group * ${table.width};
        if (${packed(table, joint)}) {
          ${taken(table, joint)}
          return;
        }
      } ${begun(table, joint)}
    }
    addValues(record, id, key, group, [${joint.sources.map((_, n) => `v${n}`).join(', ')}]);
  };`;
  try {
    const factory = new Function(
      'table',
      'ids',
      'keyOf',
      'keyId',
      'sources',
      'aggregates',
      'addValues',
      source,
    );
    return factory(table, table.ids, keyOf, keyId, joint.sources, joint.aggregates, addValues) as Add;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

const ONE_GROUP = 'const key = undefined, id = undefined, group = table.keys.length === 0 ? undefined : 0;';

/** Text and numbers are their own identity, but for text that begins like what stands for other keys. */
const GROUP_BY_KEY = `
  const key = keyOf(record);
  const id = typeof key === 'number' || (typeof key === 'string' && key.charCodeAt(0) !== 0) ? key : keyId(key);
  const group = ids.get(id);`;

function load(source: Joint['sources'][number], n: number): string {
  if (isCounted(source)) return '1';
  return typeof source === 'string' ? fieldAccess('record', source) : `sources[${n}](record)`;
}

/** What has to hold of the values: numbers where aggregates keep numbers, no promise elsewhere. */
function expected({ placed }: GroupTable, { sources, takings }: Joint): string[] {
  return sources.flatMap((source, n) => {
    if (isCounted(source)) return [];
    const columns = takings
      .filter(({ value }) => value === n)
      .flatMap(({ place }) => placed.find((one) => one.place === place)?.columns ?? []);
    if (columns.length === 0) return [`!(v${n} instanceof Promise)`];
    const right = columns.some(({ finite }) => finite === true) ? `v${n} - v${n} === 0` : `v${n} === v${n}`;
    return [`((typeof v${n} === 'number' && ${right}) || v${n} == null)`];
  });
}

/** Whether all accumulators that are to take a number are made of numbers. */
function packed({ placed }: GroupTable, { takings }: Joint): string {
  const conditions = placed.map(({ place, first }) => {
    const { value } = takings.find((taking) => taking.place === place)!;
    const slot = `numbers[at + ${first}]`;
    return `(${slot} === ${slot} || v${value} == null)`;
  });
  return ['true', ...conditions].join(' && ');
}

/** A group for a key that is new, where all accumulators begin with numbers. */
function begun({ placed, aggregates, width }: GroupTable, { takings, sources }: Joint): string {
  if (placed.length < aggregates.length) return '';
  const numbers = placed.flatMap(({ place, columns }) =>
    columns.begin(`v${takings.find((taking) => taking.place === place)!.value}`),
  );
  return `else if (${sources.map((_, n) => `v${n} != null`).join(' && ')}) {
    const at = table.begin(id, key) * ${width}, numbers = table.numbers;
    ${numbers.map((number, n) => `numbers[at + ${n}] = ${number};`).join('\n')}
    return;
  }`;
}

/** In the order that makes a record enter all accumulators or none; see `addJointly`. */
function taken({ placed, aggregates }: GroupTable, { takings, own }: Joint): string {
  const objects = takings.filter(({ place }) => !placed.some((one) => one.place === place));
  const object = (place: number): string => `objects[from + ${place}]`;
  const others = own.slice(0, -1);
  const lines = [
    ...(objects.length + own.length === 0
      ? []
      : [`const objects = table.objects, from = group * ${aggregates.length};`]),
    ...[...new Set([...objects.map(({ place }) => place), ...own])].map(
      (place) => `const a${place} = aggregates[${place}];`,
    ),
    ...objects
      .filter(({ aggregate }) => aggregate.check !== undefined)
      .map(({ place, value }) => `if (v${value} != null) a${place}.check(${object(place)}, v${value});`),
    ...others.map((place) => `const p${place} = a${place}.add(a${place}.create(), record);`),
    ...own.slice(-1).map((place) => `${object(place)} = a${place}.add(${object(place)}, record);`),
    ...others.map((place) => `${object(place)} = a${place}.merge(${object(place)}, p${place});`),
    ...objects.map(
      ({ place, value }) =>
        `if (v${value} != null) ${object(place)} = a${place}.take(${object(place)}, v${value});`,
    ),
    ...placed.map(({ place, columns, first }) => {
      const { value } = takings.find((taking) => taking.place === place)!;
      return `if (v${value} != null) { ${columns.add(`v${value}`, (n) => `numbers[at + ${first + n}]`)} }`;
    }),
  ];
  return lines.join('\n');
}
