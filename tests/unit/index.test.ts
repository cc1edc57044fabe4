import { expect, test } from 'vitest';
import * as door from '../../src/index.ts';
import * as testing from '../../src/testing/index.ts';

/** A name that goes is a breaking change; one that comes is a promise. Both are to be meant. */
const NAMES = [
  'ERROR_CODES',
  'MillraceError',
  'Registry',
  'arrow',
  'batch',
  'builtins',
  'concat',
  'csv',
  'deadLetter',
  'deadLetters',
  'defineOperator',
  'discard',
  'fail',
  'fallback',
  'filter',
  'flatMap',
  'flatMapAsync',
  'forEach',
  'from',
  'isMillraceError',
  'json',
  'map',
  'mapAsync',
  'merge',
  'ndjson',
  'nodeWritable',
  'otherwise',
  'parquet',
  'pipeline',
  'readFrom',
  'rename',
  'retry',
  'run',
  'rx',
  'scan',
  'select',
  'skip',
  'start',
  'stdout',
  'take',
  'takeWhile',
  'tap',
  'text',
  'through',
  'toArray',
  'validate',
  'webWritable',
  'zip',
];

const TESTING_NAMES = [
  'operatorConformance',
  'probeOperator',
  'probeReader',
  'probeSource',
  'readerConformance',
  'virtualClock',
  'writerConformance',
];

test('millrace exports these names and no others', () => {
  expect(Object.keys(door).sort()).toEqual(NAMES);
});

test('millrace/testing exports these names and no others', () => {
  expect(Object.keys(testing).sort()).toEqual(TESTING_NAMES);
});
