import { z } from 'zod';
import { ERROR_CODES } from '../../core/errors.ts';

const value = z.union([z.string(), z.number(), z.boolean()]);
const names = (of: string) => `${of}, by the names of their nodes: "millrace graph --json" has them`;
const count = z.int().min(0).optional();

const balanceSchema = z.strictObject({
  read: count,
  created: count,
  written: count,
  filtered: count,
  skipped: count,
  deadLettered: count,
  aggregated: count,
  discarded: count,
});

/** Checked apart, for a hint that names the nearest; editors get the list. */
export const code = z.string().meta({ enum: ERROR_CODES });

/** What a run fails with. */
export const errorSchema = z.strictObject({
  code: code.optional().describe('The code of the error'),
  message: z.string().optional().describe('A part of its message'),
  node: z.string().optional().describe('The name of the node that failed'),
});

/** What a record failed with. */
export const letterErrorSchema = errorSchema.omit({ node: true });

/** What is looked at of a dead letter: what is said of it. */
export const letterSchema = z.strictObject({
  record: z.unknown().optional().describe('The record as the node was given it'),
  raw: z.string().optional().describe('The text that it was read from'),
  node: z.string().optional().describe('The name of the node that gave up on it'),
  attempts: z.int().min(1).optional().describe('How often it was tried'),
  error: z.unknown().optional().describe('What it failed with: a code, or code and a part of the message'),
});

const frame = z
  .string()
  .optional()
  .describe('How long a character of the marbles takes, e.g. 1s; 1ms by default');
const values = z
  .record(z.string(), z.unknown())
  .optional()
  .describe('The records that the characters stand for; without it, the characters themselves');
const diagram = z.string().describe('What comes when: "a-b--(cd)|"');

export const marblesSchema = z.strictObject({ marbles: diagram, values, frame });
export const outputSchema = z.strictObject({
  records: z.array(z.unknown()).describe('The records'),
  order: z.enum(['given', 'any']).optional().describe('Whether their order counts; it does by default'),
});

export const expectSchema = z.strictObject({
  outputs: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('What sinks are given, by their names; those that are not named are not looked at'),
  deadLetters: z
    .union([z.array(z.unknown()), z.record(z.string(), z.array(z.unknown()))])
    .optional()
    .describe('The dead letters of all sinks that take them, or by sinks; none are expected without it'),
  balance: balanceSchema.optional().describe('What became of how many records'),
  error: z.unknown().optional().describe('What the run fails with: a code, or code and part of the message'),
});

/** What holds for all tests of a file; each may say it anew. */
const shared = {
  set: z.record(z.string(), value).optional().describe('Parameters of the pipeline'),
  env: z
    .record(z.string(), z.string())
    .optional()
    .describe('Variables of the environment, besides those of the process'),
  inputs: z.record(z.string(), z.unknown()).optional().describe(names('What comes instead of readers')),
  operators: z.record(z.string(), z.unknown()).optional().describe(names('What stands in for operators')),
  now: z.string().optional().describe('When virtual time begins, ISO 8601; 1970 by default'),
  seed: z.int().optional().describe('The seed of the jitter in backoffs; 1 by default'),
};

/** One test as it is written. */
export const testSchema = z.strictObject({
  ...shared,
  description: z.string().optional().describe('What it is for'),
  skip: z.union([z.boolean(), z.string()]).optional().describe('Leave it out; a text says why'),
  until: z
    .string()
    .optional()
    .describe(
      'When a run that does not end is stopped, in virtual time, e.g. 10s; with the marbles by default',
    ),
  expect: z.unknown().optional().describe('What is to come of it'),
});

/** A file of tests, its tests aside. */
export const testFileSchema = z.strictObject({
  version: z.literal(1).describe('The version of this form'),
  pipeline: z
    .string()
    .optional()
    .describe('The file of the pipeline: of YAML, JSON or code; the one of this name by default'),
  ...shared,
  tests: z.record(z.string(), z.unknown()).describe('The tests by their names'),
});
