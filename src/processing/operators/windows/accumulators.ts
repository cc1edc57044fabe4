import type { Aggregate } from '../../../interfaces/aggregate.ts';
import { valueReader } from '../aggregates/fields.ts';
import { addJointly, joint } from '../groups/joint-add.ts';

/** The accumulators of several aggregates, side by side. */
export type States = unknown[];

/** Several aggregates as one. */
export interface Accumulators {
  create(): States;
  /** Adds a record to all of them, or to none when one throws. */
  add(states: States, record: unknown): void;
  /** What two have come to, `earlier` before `later`; both are used up. */
  merge(earlier: States, later: States): States;
}

export function accumulators(aggregates: readonly Aggregate<unknown, unknown>[]): Accumulators {
  const together = joint(aggregates);
  const readers = together.sources.map(valueReader);
  return {
    create: () => aggregates.map((aggregate) => aggregate.create()),
    add(states, record) {
      const values = readers.map((read) => read(record));
      addJointly(together, states, record, values);
    },
    merge: (earlier, later) =>
      aggregates.map((aggregate, place) => aggregate.merge(earlier[place], later[place])),
  };
}
