import { z } from 'zod';
import { didYouMean } from '../core/did-you-mean.ts';
import { MillraceError } from '../core/errors.ts';
import { fieldOption, useOption, withRole } from '../core/option-role.ts';
import { showValue } from '../core/show-value.ts';
import type { Aggregate } from '../interfaces/aggregate.ts';
import { count } from '../processing/operators/aggregates/count.ts';
import { countDistinct, countDistinctOptions } from '../processing/operators/aggregates/count-distinct.ts';
import { first } from '../processing/operators/aggregates/first.ts';
import { last } from '../processing/operators/aggregates/last.ts';
import { list, listOptions } from '../processing/operators/aggregates/list.ts';
import { max } from '../processing/operators/aggregates/max.ts';
import { mean } from '../processing/operators/aggregates/mean.ts';
import { median } from '../processing/operators/aggregates/median.ts';
import { min } from '../processing/operators/aggregates/min.ts';
import { quantile, quantileOptions, quantileShare } from '../processing/operators/aggregates/quantile.ts';
import { set, setOptions } from '../processing/operators/aggregates/set.ts';
import { stddev, stddevOptions } from '../processing/operators/aggregates/stddev.ts';
import { sum } from '../processing/operators/aggregates/sum.ts';
import { topK, topKCount, topKOptions } from '../processing/operators/aggregates/top-k.ts';
import { none } from './component.ts';

// biome-ignore lint/suspicious/noExplicitAny: what records are like is not known
type AnyAggregate = Aggregate<any, any, any>;

/** An aggregate as data: `{ sum: 'amount' }`, with its options beside its name. */
interface Form {
  readonly options: z.ZodObject;
  readonly create: (options: never) => AnyAggregate;
}

/** The aggregates by their names. */
const FORMS: Readonly<Record<string, Form>> = {
  count: form(none.extend({ count: z.literal(true).describe('How many records there are') }), () => count()),
  count_distinct: of(
    'count_distinct',
    'how many different values it has',
    countDistinctOptions,
    (field, options) => countDistinct(field, options as never),
  ),
  first: ofAny('first', 'its first value', none, first),
  last: ofAny('last', 'its last value', none, last),
  list: ofAny('list', 'all its values, in their order', listOptions, list),
  max: of('max', 'its largest value', none, max),
  mean: of('mean', 'the mean of its values', none, mean),
  median: of('median', 'the value in the middle, about', quantileOptions, median),
  min: of('min', 'its smallest value', none, min),
  quantile: of(
    'quantile',
    'the value that a share of its values lies below, about',
    quantileOptions.extend({ q: quantileShare }),
    (field, { q, ...options }) => quantile(field, q, options),
  ),
  set: of('set', 'its different values', setOptions, set),
  stddev: of('stddev', 'the standard deviation of its values', stddevOptions, stddev),
  sum: of('sum', 'the sum of its values', none, sum),
  top_k: of(
    'top_k',
    'its most frequent values',
    topKOptions.extend({ k: topKCount }),
    (field, { k, ...options }) => topK(field, k, options as never),
  ),
  use: form(
    none.extend({
      use: useOption(
        isAggregate,
        'an aggregate, as defineAggregate() makes it, or a function that returns one',
        'An aggregate of your own: an export of a module, e.g. "./aggregates.ts#range"',
      ),
    }),
    ({ use }) => usedAggregate(use),
  ),
};

const NAMES = Object.keys(FORMS);

/** One aggregate. Which of the forms it has is told by its name, so that an error speaks of that form only. */
const aggregate = z
  .object({ use: FORMS.use!.options.shape.use!.optional() })
  .catchall(withRole(z.unknown(), { role: 'function', takes: ['record'], text: 'value' }))
  .superRefine((given, context) => {
    const name = nameIn(given);
    if (name === undefined) {
      const nearest = Object.keys(given)
        .map((one) => didYouMean(one, NAMES))
        .find(Boolean);
      const message = `expected one of ${NAMES.join(', ')}, e.g. { sum: "amount" }`;
      context.addIssue({
        code: 'custom',
        message: nearest === undefined ? message : `${message}. ${nearest}`,
      });
      return;
    }
    for (const issue of FORMS[name]!.options.safeParse(given).error?.issues ?? []) {
      context.addIssue({ ...issue } as never);
    }
  })
  .meta({
    get anyOf() {
      return Object.values(FORMS).map(({ options }) => {
        const { $schema: _, ...form } = z.toJSONSchema(options, { io: 'input' });
        return form;
      });
    },
  });

/** What is to be worked out, under which names. */
export const aggregates = z
  .record(z.string(), aggregate)
  .refine(
    (given) => Object.keys(given).length > 0,
    'expected at least one, e.g. { total: { sum: "amount" } }',
  )
  .describe('What is worked out, under which names, e.g. { "total": { "sum": "amount" } }');

/** The aggregates of checked options. */
export function aggregatesOf(given: z.output<typeof aggregates>): Readonly<Record<string, AnyAggregate>> {
  return Object.fromEntries(
    Object.entries(given).map(([name, options]) => {
      const { options: schema, create } = FORMS[nameIn(options)!]!;
      return [name, create(schema.parse(options) as never)];
    }),
  );
}

/** Which aggregate it is; beside another one, `max` is an option. */
function nameIn(given: Readonly<Record<string, unknown>>): string | undefined {
  const names = NAMES.filter((name) => Object.hasOwn(given, name));
  const others = names.filter((name) => name !== 'max');
  return (others.length > 0 ? others : names)[0];
}

function form<S extends z.ZodObject>(options: S, create: (options: z.output<S>) => AnyAggregate): Form {
  return { options, create };
}

/** An aggregate of the values of a field. */
function of<S extends z.ZodObject>(
  name: string,
  what: string,
  options: S,
  create: (field: never, options: z.output<S>) => AnyAggregate,
): Form {
  const named = options.extend({ [name]: fieldOption(`The field, or what makes a value: ${what}`) });
  return form(named, ({ [name]: of, ...rest }) => create(of as never, rest as never));
}

/** An aggregate of the values of a field, or of whole records. */
function ofAny<S extends z.ZodObject>(
  name: string,
  what: string,
  options: S,
  create: (field: never, options: z.output<S>) => AnyAggregate,
): Form {
  const source = fieldOption(`The field, or what makes a value: ${what}; true for whole records`, {
    or: z.literal(true),
  });
  return form(options.extend({ [name]: source }), ({ [name]: of, ...rest }) =>
    create(((of as unknown) === true ? undefined : of) as never, rest as never),
  );
}

function isAggregate(value: unknown): boolean {
  if (typeof value === 'function') return true;
  const made = value as Partial<AnyAggregate> | undefined | null;
  return typeof made === 'object' && typeof made?.add === 'function' && typeof made.merge === 'function';
}

/** An aggregate, or what a function makes. */
function usedAggregate(given: unknown): AnyAggregate {
  const made: unknown = typeof given === 'function' ? given() : given;
  if (typeof made !== 'function' && isAggregate(made)) return made as AnyAggregate;
  const { name } = given as { readonly name: string };
  throw new MillraceError(
    'ERR_OPTIONS',
    `Cannot use ${name} as an aggregate: it returned ${showValue(made)}`,
    {
      hint: 'Let it return what defineAggregate(), sum() and the like return.',
    },
  );
}
