import type { Aggregate } from '../../../interfaces/aggregate.ts';
import { type FieldAggregate, isFieldAggregate, refuseLateValue } from '../aggregates/field-aggregate.ts';
import type { Source } from '../aggregates/fields.ts';

/** A built-in aggregate at its place among the others, and which of the values of the record it takes. */
export interface Taking {
  readonly place: number;
  readonly aggregate: FieldAggregate<unknown, unknown>;
  readonly value: number;
}

/** Aggregates that take each record together. */
export interface Joint {
  /** The values that are taken from each record: each once, however many aggregates look at it. */
  readonly sources: readonly Source[];
  readonly takings: readonly Taking[];
  /** Places of the aggregates that are the user's own. */
  readonly own: readonly number[];
  readonly aggregates: readonly Aggregate<unknown, unknown>[];
}

export function joint(aggregates: readonly Aggregate<unknown, unknown>[]): Joint {
  const sources: Source[] = [];
  const takings: Taking[] = [];
  const own: number[] = [];
  for (const [place, aggregate] of aggregates.entries()) {
    if (!isFieldAggregate(aggregate)) {
      own.push(place);
      continue;
    }
    if (!sources.includes(aggregate.source)) sources.push(aggregate.source);
    takings.push({ place, aggregate, value: sources.indexOf(aggregate.source) });
  }
  return { sources, takings, own, aggregates };
}

/**
 * Adds a record to the accumulators of a group, or to none of them when one fails: values are looked at first, the
 * user's own aggregates come next, and those that cannot fail any more last. Of several that are the user's own, all but
 * the last take the record into a new accumulator each, so that nothing has changed should one of them fail.
 */
export function addJointly(
  { takings, own, aggregates }: Joint,
  states: unknown[],
  record: unknown,
  values: readonly unknown[],
): void {
  for (const value of values) refuseLateValue(value);
  for (const { place, aggregate, value } of takings) {
    const given = values[value];
    if (given !== null && given !== undefined) aggregate.check?.(states[place], given);
  }
  if (own.length > 0) addOwn(own, aggregates, states, record);
  for (const { place, aggregate, value } of takings) {
    const given = values[value];
    if (given !== null && given !== undefined) states[place] = aggregate.take(states[place], given);
  }
}

function addOwn(
  own: readonly number[],
  aggregates: readonly Aggregate<unknown, unknown>[],
  states: unknown[],
  record: unknown,
): void {
  const last = own.at(-1)!;
  const others = own.slice(0, -1);
  const parts = others.map((place) => aggregates[place]!.add(aggregates[place]!.create(), record));
  states[last] = aggregates[last]!.add(states[last], record);
  for (const [index, place] of others.entries()) {
    states[place] = aggregates[place]!.merge(states[place], parts[index]);
  }
}
