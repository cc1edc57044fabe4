import { z } from 'zod';
import { functionOption } from '../core/option-role.ts';
import type { Component } from '../interfaces/component.ts';
import type { Operator } from '../interfaces/operator.ts';
import { assert } from '../processing/operators/assert.ts';
import { concatMap } from '../processing/operators/concat-map.ts';
import { operatorOptions } from '../processing/operators/define-operator.ts';
import { expand, expansionOptions } from '../processing/operators/expand.ts';
import { filter } from '../processing/operators/filter.ts';
import { flatMap } from '../processing/operators/flat-map.ts';
import { keyedOptions } from '../processing/operators/groups/group-options.ts';
import { map } from '../processing/operators/map.ts';
import { reduce } from '../processing/operators/reduce.ts';
import { reduceBy } from '../processing/operators/reduce-by.ts';
import { scan } from '../processing/operators/scan.ts';
import { scanBy } from '../processing/operators/scan-by.ts';
import { takeWhile } from '../processing/operators/take-while.ts';
import { tap } from '../processing/operators/tap.ts';
import { operator } from './component.ts';
import { key, keyReader } from './fields.ts';
import { type Keyed, withKeyFields } from './results.ts';

const RECORD = ['record'];
const USE = { expression: false };

const folded = (description: string) =>
  operatorOptions.extend({
    with: functionOption(['value', 'record'], description, USE),
    seed: z.json().describe('The value before the first record'),
    key: key.optional().describe('What sets groups apart, each with its own value; one group without'),
    maxKeys: keyedOptions.shape.maxKeys.unwrap().optional().describe(keyedOptions.shape.maxKeys.description!),
  });

/** Operators that are given functions. */
export const functions: readonly Component[] = [
  operator(
    'assert',
    'Holds records to rules',
    operatorOptions.extend({
      rules: z
        .record(z.string(), functionOption(RECORD, 'Whether the rule holds'))
        .describe('The rules by their names'),
    }),
    ({ rules, ...options }) => assert(rules as never, options as never),
    'rules',
  ),
  operator(
    'concat_map',
    'What is made of each record, one after another',
    operatorOptions.extend({ to: functionOption(RECORD, 'The records of each record', USE) }),
    ({ to, ...options }) => concatMap(to as never, options as never),
    'to',
  ),
  operator(
    'expand',
    'Each record, and what is made of it, over and over',
    operatorOptions.extend({
      ...expansionOptions.shape,
      to: functionOption(['record', 'depth'], 'The records of each record'),
    }),
    ({ to, ...options }) => expand(to as never, options as never),
    'to',
  ),
  operator(
    'filter',
    'Keeps the records for which something is true',
    operatorOptions.extend({ where: functionOption(RECORD, 'What must be true of a record') }),
    ({ where, ...options }) => filter(where as never, options as never),
    'where',
  ),
  operator(
    'flat_map',
    'Makes any number of records of each',
    operatorOptions.extend({ to: functionOption(RECORD, 'The list of records') }),
    ({ to, ...options }) => flatMap(to as never, options as never),
    'to',
  ),
  operator(
    'map',
    'Makes one record of each',
    operatorOptions.extend({ to: functionOption(RECORD, 'The new record') }),
    ({ to, ...options }) => map(to as never, options as never),
    'to',
  ),
  operator(
    'reduce',
    'What all records come to',
    folded('Makes the next value of the one so far and a record'),
    (options) => keyedOr(reduce, reduceBy, options),
    'with',
  ),
  operator(
    'scan',
    'After each record, what all so far come to',
    folded('Makes the next value of the one so far and a record'),
    (options) => keyedOr(scan, scanBy, options),
    'with',
  ),
  operator(
    'take_while',
    'Keeps records as long as something is true, then ends',
    operatorOptions.extend({
      where: functionOption(RECORD, 'What must be true of a record'),
      inclusive: z
        .boolean()
        .default(false)
        .describe('Whether the first record of which it is not true is kept, too'),
    }),
    ({ where, ...options }) => takeWhile(where as never, options as never),
    'where',
  ),
  operator(
    'tap',
    'Shows records to a function',
    operatorOptions.extend({ to: functionOption(RECORD, 'What gets each record', USE) }),
    ({ to, ...options }) => tap(to as never, options as never),
    'to',
  ),
];

type Fold = (fn: never, seed: () => unknown, options: never) => Operator<never, unknown>;
type FoldBy = (key: never, fn: never, seed: () => unknown, options: never) => Operator<never, unknown>;

/** One of all records, or one for each key, as there is a key. Each run begins with a copy of the seed. */
function keyedOr(
  fold: Fold,
  foldBy: FoldBy,
  { with: fn, seed, key, maxKeys, ...rest }: z.output<ReturnType<typeof folded>>,
): Operator<never, unknown> {
  const start = () => structuredClone(seed);
  if (key === undefined) return fold(fn as never, start, rest as never);
  const options = { ...rest, ...(maxKeys !== undefined && { maxKeys }) };
  const keyed = foldBy(keyReader(key) as never, fn as never, start, options as never);
  return withKeyFields(keyed as Operator<unknown, Keyed>, key, ['value']);
}
