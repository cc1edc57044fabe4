import { z } from 'zod';
import { MillraceError } from '../core/errors.ts';
import { fieldOption, functionOption } from '../core/option-role.ts';
import type { Component } from '../interfaces/component.ts';
import type { Operator } from '../interfaces/operator.ts';
import { aggregate } from '../processing/operators/aggregate.ts';
import { aggregateBy } from '../processing/operators/aggregate-by.ts';
import { aggregateSpilled } from '../processing/operators/aggregate-spilled.ts';
import { keyedOptions } from '../processing/operators/groups/group-options.ts';
import { pivot, pivotOptions } from '../processing/operators/pivot.ts';
import { sort, sortOptions } from '../processing/operators/sort.ts';
import { top, topCount, topOptions } from '../processing/operators/top.ts';
import { topBy } from '../processing/operators/top-by.ts';
import { unpivot, unpivotOptions } from '../processing/operators/unpivot.ts';
import { ONE_ORDER, saysOneOrder, sortArguments, writtenOrder } from '../processing/sorting/written-order.ts';
import { aggregates, aggregatesOf } from './aggregates.ts';
import { operator } from './component.ts';
import { key, keyReader, readerOf } from './fields.ts';
import { type Keyed, remade, withKeyFields } from './results.ts';

const groupKey = key.optional().describe('The field, or fields, that set groups apart; one group without');

/** How many, where there is a key; its default is that of the operator. */
const maxKeys = keyedOptions.shape.maxKeys
  .unwrap()
  .optional()
  .describe(keyedOptions.shape.maxKeys.description!);
const ofKeys = ({ key, maxKeys }: { readonly key?: unknown; readonly maxKeys?: unknown }): boolean =>
  key !== undefined || maxKeys === undefined;
const OF_KEYS = 'maxKeys counts keys, and there is no key';

const aggregateOptions = keyedOptions
  .extend({
    maxKeys,
    key: groupKey,
    aggregates,
    spill: z
      .boolean()
      .default(false)
      .describe('Whether what is held may go to the disk, so that there may be any number of keys'),
  })
  .refine(ofKeys, OF_KEYS);

const orderedOptions = sortOptions.extend(writtenOrder).refine(saysOneOrder, ONE_ORDER);

const topByOptions = topOptions
  .extend({
    n: topCount,
    by: fieldOption('The field whose values rank the records, or what makes the value of a record', {
      gives: ['number', 'text', 'time'],
    }),
    key: groupKey,
    maxKeys,
  })
  .refine(ofKeys, OF_KEYS);

/** Operators that put records together. */
export const aggregation: readonly Component[] = [
  operator(
    'aggregate',
    'What all records, or those of each key, come to',
    aggregateOptions,
    aggregated,
    'aggregates',
  ),
  operator(
    'pivot',
    'Makes columns of rows',
    pivotOptions.extend({
      combine: functionOption(['earlier', 'later'], 'Makes one value of two for the same column', {
        expression: false,
      }).optional(),
    }),
    (options) => pivot(options as never),
  ),
  operator(
    'sort',
    'All records in their order',
    orderedOptions,
    ({ spill, ...written }) => {
      const [by, order] = sortArguments<Keyed>(written);
      return sort(by as never, { ...order, spill } as never);
    },
    'by',
  ),
  operator('top', 'The records with the largest values, of all or of each key', topByOptions, ranked),
  operator(
    'unpivot',
    'Makes rows of columns',
    unpivotOptions,
    ({ columns, ...options }) => unpivot(columns, options as never),
    'columns',
  ),
];

function aggregated(options: z.output<typeof aggregateOptions>): Operator<never, unknown> {
  const { key, aggregates: given, spill, ...rest } = options;
  const list = aggregatesOf(given);
  if (spill && (key === undefined || Object.values(rest).some((value) => value !== undefined))) {
    throw new MillraceError(
      'ERR_OPTIONS',
      'Cannot use the options of operator aggregate: with spill, there is a key, and no maxKeys or onError',
      { hint: 'What has no bound in keys goes to the disk; there, a record that fails ends the run.' },
    );
  }
  if (key === undefined) return aggregate(list, rest.onError === undefined ? {} : { onError: rest.onError });
  const keyed = spill
    ? aggregateSpilled(keyReader(key), list)
    : aggregateBy(keyReader(key), list, rest as never);
  return withKeyFields(keyed as Operator<unknown, Keyed>, key, Object.keys(list));
}

function ranked({
  n,
  by,
  key,
  maxKeys,
  ...options
}: z.output<typeof topByOptions>): Operator<never, unknown> {
  if (key === undefined) return top(n, readerOf(by) as never, options as never);
  const keyed = topBy(
    keyReader(key),
    n,
    readerOf(by) as never,
    { ...options, ...(maxKeys !== undefined && { maxKeys }) } as never,
  );
  return remade(keyed as Operator<unknown, never>, ({ records }) => records as readonly unknown[]);
}
