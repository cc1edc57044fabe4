import { MillraceError } from '../../../core/errors.ts';
import { showValue } from '../../../core/show-value.ts';
import type { Aggregate, Aggregates } from '../../../interfaces/aggregate.ts';
import { defineAggregate, isDefinedAggregate } from '../aggregates/define-aggregate.ts';
import { isFieldAggregate } from '../aggregates/field-aggregate.ts';

/** An aggregate, and what its result is called. */
export interface NamedAggregate {
  readonly name: string;
  readonly aggregate: Aggregate<unknown, unknown>;
}

/**
 * The aggregates that a user gave to `operator`, those that he wrote as plain objects watched like defined ones.
 *
 * @throws MillraceError `ERR_OPTIONS` when there are none, for what is no aggregate, and for the name `taken`.
 */
export function checkedAggregates<T>(
  operator: string,
  aggregates: Aggregates<T>,
  taken?: string,
): readonly NamedAggregate[] {
  if (typeof aggregates !== 'object' || aggregates === null || Object.keys(aggregates).length === 0) {
    throw new MillraceError('ERR_OPTIONS', `Cannot use ${operator}(): it needs aggregates`, {
      hint: `Give ${operator}() what to work out under which names, e.g. { n: count() }.`,
    });
  }
  if (taken !== undefined && Object.hasOwn(aggregates, taken)) {
    throw new MillraceError('ERR_OPTIONS', `Cannot use ${operator}(): an aggregate is called "${taken}"`, {
      hint: 'The key of the results has that name: call the aggregate something else.',
    });
  }
  return Object.entries(aggregates).map(([name, aggregate]) => ({
    name,
    aggregate: checked(operator, name, aggregate),
  }));
}

function checked(operator: string, name: string, given: unknown): Aggregate<unknown, unknown> {
  if (typeof given !== 'object' || given === null) {
    throw new MillraceError(
      'ERR_OPTIONS',
      `Cannot use ${operator}(): ${JSON.stringify(name)} is ${showValue(given)}, which is no aggregate`,
      { hint: 'Call the aggregate: count(), sum("amount"). Make one of your own by defineAggregate().' },
    );
  }
  if (isFieldAggregate(given) || isDefinedAggregate(given)) return given as Aggregate<unknown, unknown>;
  return defineAggregate(given as Aggregate<unknown, unknown>);
}

/** The aggregates in words, for descriptions. */
export function listed(aggregates: readonly NamedAggregate[]): string {
  return aggregates.map(({ name, aggregate }) => `${name}: ${aggregate.name}`).join(', ');
}
