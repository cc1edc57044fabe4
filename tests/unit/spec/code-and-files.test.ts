import { describe, expect, test } from 'vitest';
import * as millrace from '../../../src/index.ts';
import { Flow } from '../../../src/processing/graph/flow.ts';
import { KeyedFlow } from '../../../src/processing/graph/keyed-flow.ts';
import { fileName } from '../../../src/spec/build/component-name.ts';
import { JOINS } from '../../../src/spec/build/joins.ts';
import { POLICY_FORMS } from '../../../src/spec/build/policies.ts';
import { GRAPH_STEPS } from '../../../src/spec/build/steps.ts';
import { SOURCES } from '../../../src/spec/file-model.ts';
import { REGISTRY } from './files.ts';

/** Where in a file what code exports is found, where its name is another. */
const CALLED: Readonly<Record<string, string>> = {
  bulkhead: 'the option bulkhead of operators that call functions',
  circuitBreaker: 'the option circuitBreaker of operators that call functions',
  count: '{ count: true }',
  countDistinct: '{ count_distinct: user }',
  countWindow: 'window: { count: { size: 100 } }',
  directoryStore: 'checkpoint: { store: ./state }',
  first: '{ first: amount }',
  from: 'the reader records; other inputs by read: { use: ./module.ts#reader }',
  globalWindow: 'window: { global: {} }',
  hopping: 'window: { hopping: { size: 10m, every: 1m, time: at } }',
  last: '{ last: amount }',
  list: '{ list: amount }',
  max: '{ max: amount }',
  mean: '{ mean: amount }',
  median: '{ median: amount }',
  min: '{ min: amount }',
  nodeWritable: 'write: { use: ./module.ts#writer }',
  otherwise: 'split: { rest: otherwise }',
  pipeline: 'the file itself',
  processKeyed: 'process',
  processingTime: 'time: { clock: true }',
  quantile: '{ quantile: ms, q: 0.95 }',
  readFrom: 'read: { use: ./module.ts#reader }',
  session: 'window: { session: { gap: 30m, time: at } }',
  set: '{ set: amount }',
  stddev: '{ stddev: amount }',
  stdout: 'write: { ndjson: "-" }',
  sum: '{ sum: amount }',
  topK: '{ top_k: page, k: 10 }',
  tumbling: 'window: { tumbling: { size: 1m, time: at } }',
  webWritable: 'write: { use: ./module.ts#writer }',
  windowBy: 'window',
};

/** What files do not have, and why. */
const CODE_ONLY: Readonly<Record<string, string>> = {
  ERROR_CODES: 'for code that handles errors',
  MillraceError: 'for code that handles errors',
  Registry: 'holds what files are made of',
  builtins: 'holds what files are made of',
  defineAggregate: 'makes parts, of functions: { use: ./module.ts#aggregate }',
  defineConfig: 'is the configuration, which is a module',
  defineOperator: 'makes parts, of functions: use: ./module.ts#operator',
  definePlugin: 'makes plugins, which are modules: plugins: [./plugin.ts]',
  functionOption: 'makes options of plugins',
  isMillraceError: 'for code that handles errors',
  pathOption: 'makes options of plugins',
  records: 'a type',
  run: 'the command',
  start: 'the command',
  state: 'is part of the spec of process, which is in a module',
  toArray: 'gives records to the code that runs a pipeline',
  valve: 'is opened and closed by code; its operator is use: ./module.ts#operator',
};

const components = new Set(REGISTRY.list().map(({ name }) => fileName(name)));
const said = (name: string): boolean =>
  components.has(name) ||
  SOURCES.includes(name) ||
  Object.hasOwn(JOINS, name) ||
  Object.hasOwn(POLICY_FORMS, name) ||
  GRAPH_STEPS.includes(name);

test('all that code exports is in files, or there is a reason', () => {
  const values = Object.keys(millrace);
  const silent = values.filter(
    (name) => !said(name) && !Object.hasOwn(CALLED, name) && !Object.hasOwn(CODE_ONLY, name),
  );
  expect(silent).toEqual([]);
});

test('no reason is given for what is not there, or is in files by its own name', () => {
  const values = Object.keys(millrace);
  const named = Object.keys({ ...CALLED, ...CODE_ONLY });
  expect(named.filter((name) => !values.includes(name))).toEqual([]);
  expect(named.filter((name) => components.has(name) && name !== 'records')).toEqual([]);
});

describe('the methods of flows are in files, too', () => {
  const FLOW: Readonly<Record<string, string>> = {
    as: 'as, beside an operator',
    constructor: 'code',
    keyBy: 'keyBy',
    observe: 'leaves for code',
    pipe: 'pipe',
    split: 'split',
    to: 'sinks',
    toReadable: 'leaves for code',
  };
  test('flow', () => {
    expect(Object.getOwnPropertyNames(Flow.prototype).toSorted()).toEqual(Object.keys(FLOW));
  });

  test('keyed flow', () => {
    const methods = Object.getOwnPropertyNames(KeyedFlow.prototype).filter((name) => name !== 'constructor');
    expect(methods.filter((name) => !said(name))).toEqual([]);
  });
});
