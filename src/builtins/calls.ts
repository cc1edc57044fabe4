import { z } from 'zod';
import { functionOption, withRole } from '../core/option-role.ts';
import type { Component } from '../interfaces/component.ts';
import { enrich, lookupOptions } from '../processing/operators/enrich/enrich.ts';
import { lookupJoin, lookupJoinOptions } from '../processing/operators/enrich/lookup-join.ts';
import { expandAsync, expandAsyncOptions } from '../processing/operators/expand-async.ts';
import { flatMapAsync } from '../processing/operators/flat-map-async.ts';
import { mapAsync } from '../processing/operators/map-async.ts';
import { callOptions, withLimits } from './call-limits.ts';
import { operator } from './component.ts';

const RECORD = ['record'];
const USE = { expression: false };

const { bulkhead, circuitBreaker } = callOptions.shape;
const merge = functionOption(
  ['record', 'found'],
  'Makes one record of a record and what was found',
  USE,
).optional();

const table = withRole(
  z
    .unknown()
    .refine((value) => typeof value === 'function' || (typeof value === 'object' && value !== null), {
      error: 'expected a flow, a list of rows, or the name of an export',
      abort: true,
    })
    .meta({
      anyOf: [
        { type: 'array', items: {}, minItems: 1, description: 'The rows' },
        { type: 'object', description: 'A flow: { read: …, pipe: … }, or { use: "./tables.ts#countries" }' },
      ],
    })
    .describe('Where the rows come from: a flow of its own, a list, or an export that gives rows'),
  { role: 'flow' },
);

/** Operators that wait for what they are given functions for. */
export const calls: readonly Component[] = [
  operator(
    'enrich',
    'Adds what is looked up for each record',
    lookupOptions.extend({
      bulkhead,
      circuitBreaker,
      lookup: functionOption(['key', 'context'], 'Finds the value of a key, or of a list of keys', USE),
      key: functionOption(RECORD, 'What to look up for a record'),
      merge,
    }),
    ({ lookup, ...options }) => enrich(lookup as never, withLimits(options) as never),
    'lookup',
  ),
  operator(
    'expand_async',
    'Each record, and what is made of it, over and over, asynchronously',
    expandAsyncOptions.extend({
      to: functionOption(['record', 'context'], 'Resolves to the records of each record', USE),
    }),
    ({ to, ...options }) => expandAsync(to as never, options as never),
    'to',
  ),
  operator(
    'flat_map_async',
    'Makes any number of records of each, asynchronously',
    callOptions.extend({ to: functionOption(['record', 'context'], 'Resolves to the records', USE) }),
    ({ to, ...options }) => flatMapAsync(to as never, withLimits(options) as never),
    'to',
  ),
  operator(
    'lookup_join',
    'Joins each record with a row of a table in memory',
    lookupJoinOptions.extend({
      table,
      key: functionOption(RECORD, 'What to look up for a record'),
      tableKey: functionOption(['row'], 'Under which key a row is found; it is called record here, too'),
      merge,
      onRefreshError: functionOption(
        ['error'],
        'Is told when the table could not be read again',
        USE,
      ).optional(),
    }),
    ({ table, ...options }) => lookupJoin(table as never, options as never),
  ),
  operator(
    'map_async',
    'Makes one record of each, asynchronously',
    callOptions.extend({ to: functionOption(['record', 'context'], 'Resolves to the new record', USE) }),
    ({ to, ...options }) => mapAsync(to as never, withLimits(options) as never),
    'to',
  ),
];
