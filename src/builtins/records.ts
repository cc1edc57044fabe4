import { z } from 'zod';
import { functionOption, withRole } from '../core/option-role.ts';
import type { Component } from '../interfaces/component.ts';
import { assign } from '../processing/operators/assign.ts';
import { batch, batchOptions } from '../processing/operators/batch.ts';
import { cast, castFields, castOptions } from '../processing/operators/cast.ts';
import { dedupe, dedupeOptions } from '../processing/operators/dedupe.ts';
import { operatorOptions } from '../processing/operators/define-operator.ts';
import { distinct, distinctOptions } from '../processing/operators/distinct.ts';
import { drop } from '../processing/operators/drop.ts';
import { flatten, flattenOptions } from '../processing/operators/flatten.ts';
import { index, indexOptions } from '../processing/operators/index.ts';
import { log, logOptions } from '../processing/operators/log.ts';
import { pairwise } from '../processing/operators/pairwise.ts';
import { parseFields } from '../processing/operators/parse-fields.ts';
import { recordId, recordIdOptions } from '../processing/operators/record-id.ts';
import { rename } from '../processing/operators/rename.ts';
import { sample, sampleOptions } from '../processing/operators/sample.ts';
import { select } from '../processing/operators/select.ts';
import { skip, skipCount } from '../processing/operators/skip.ts';
import { startWith } from '../processing/operators/start-with.ts';
import { stringifyFields } from '../processing/operators/stringify-fields.ts';
import { take, takeCount } from '../processing/operators/take.ts';
import { validate } from '../processing/operators/validate.ts';
import { none, operator } from './component.ts';
import { fields, key, optionalKey } from './fields.ts';

type Row = Record<string, unknown>;

const json = z.json();

/** What a field is set to. As data, a text is an expression. */
const assigned = withRole(z.union([functionOption(['record'], 'What makes the value'), json]), {
  role: 'function',
  takes: ['record'],
});

const jsonSchema = withRole(
  z
    .unknown()
    .refine(
      (given) => typeof given === 'boolean' || (typeof given === 'object' && given !== null),
      'expected a schema',
    )
    .meta({
      description: 'JSON Schema of draft-07, 2019-09 or 2020-12; as data also the path of a file that has it',
      anyOf: [
        { type: 'string', description: 'Path of a file with a JSON Schema' },
        { type: 'object', description: 'A JSON Schema, or { use: "./schemas.ts#Order" }' },
        { type: 'boolean' },
      ],
    }),
  { role: 'schema' },
);

const compared = key.optional().describe('The field, or fields, that records are told apart by');

/** Operators that take, leave, check and convert records. */
export const records: readonly Component[] = [
  operator(
    'assign',
    'Sets fields to values, or to what functions make of the record',
    operatorOptions.extend({ fields: z.record(z.string(), assigned).describe('The value of each field') }),
    ({ fields, ...options }) => assign(fields as never, options as never),
    'fields',
  ),
  operator(
    'batch',
    'Arrays of records',
    batchOptions.extend({
      sizeOf: functionOption(['record'], 'Bytes of a record, where bytes bounds them').optional(),
    }),
    (options) => batch(options as never),
    'size',
  ),
  operator(
    'cast',
    'Gives fields other types',
    castOptions.extend({ fields: castFields.describe('The type of each field') }),
    ({ fields, ...options }) => cast<Row, typeof fields>(fields, options as never),
    'fields',
  ),
  operator(
    'dedupe',
    'Drops what came a short while ago already',
    dedupeOptions.extend({ key: compared }),
    ({ key, ...options }) => dedupe({ ...options, ...optionalKey(key) } as never),
    'within',
  ),
  operator(
    'distinct',
    'Keeps the first record of each key',
    distinctOptions.extend({ key: compared }),
    ({ key, ...options }) => distinct({ ...options, ...optionalKey(key) } as never),
    'key',
  ),
  operator(
    'drop',
    'Keeps all but these fields',
    z.strictObject({ fields: fields.describe('Names of the fields') }),
    ({ fields }) => drop<Row, string>(...fields),
    'fields',
  ),
  operator('flatten', 'Makes one level of nested objects', flattenOptions, (options) =>
    flatten(options as never),
  ),
  operator('index', 'Adds a running number', indexOptions, (options) => index(options as never)),
  operator(
    'log',
    'Writes records to the log of the run',
    logOptions.omit({ logger: true }).extend({
      message: functionOption(['record', 'number'], 'What is said of a record').optional(),
    }),
    (options) => log(options as never),
  ),
  operator('pairwise', 'Puts each record together with the one before it', none, () => pairwise()),
  operator(
    'parse_fields',
    'Replaces JSON texts in fields by what they say',
    operatorOptions.extend({ fields: fields.describe('Names of the fields') }),
    ({ fields, ...options }) => parseFields<Row, string>(fields, options as never),
    'fields',
  ),
  operator('record_id', 'Adds an id that is the same in each run', recordIdOptions, (options) =>
    recordId(options as never),
  ),
  operator(
    'rename',
    'Gives fields other names',
    z.strictObject({ fields: z.record(z.string(), z.string()).describe('The new name of each field') }),
    ({ fields }) => rename<Row, Record<string, string>>(fields),
    'fields',
  ),
  operator(
    'sample',
    'Some of the records: one of so many, a share, or a number of them',
    sampleOptions,
    (options) => sample(options as never),
  ),
  operator(
    'select',
    'Keeps only these fields',
    z.strictObject({ fields: fields.describe('Names of the fields, in their order') }),
    ({ fields }) => select<Row, string>(...fields),
    'fields',
  ),
  operator(
    'skip',
    'Leaves out the first records',
    z.strictObject({ count: skipCount }),
    ({ count }) => skip(count),
    'count',
  ),
  operator(
    'start_with',
    'Puts records in front of all others',
    z.strictObject({ records: z.array(json).min(1).describe('The records') }),
    ({ records }) => startWith(...records),
    'records',
  ),
  operator(
    'stringify_fields',
    'Replaces values of fields by JSON texts',
    operatorOptions.extend({ fields: fields.describe('Names of the fields') }),
    ({ fields, ...options }) => stringifyFields<Row, string>(fields, options as never),
    'fields',
  ),
  operator(
    'take',
    'Keeps the first records and ends',
    z.strictObject({ count: takeCount }),
    ({ count }) => take(count),
    'count',
  ),
  operator(
    'validate',
    'Fails records that a JSON Schema refuses',
    operatorOptions.extend({ schema: jsonSchema }),
    ({ schema, ...options }) => validate(schema as never, options as never),
    'schema',
  ),
];
