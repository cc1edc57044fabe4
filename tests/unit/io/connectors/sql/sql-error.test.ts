import { expect, test } from 'vitest';
import {
  constraintError,
  databaseError,
  lostTransaction,
  unknownCommit,
} from '../../../../../src/io/connectors/sql/sql-error.ts';

const cause = new Error('as the database says it');

test('a broken rule is an error for good, with what is known of it', () => {
  const error = constraintError({
    doing: 'write',
    found: 'it is there',
    cause,
    table: 't',
    columns: undefined,
    index: 0,
  });
  expect(error).toMatchObject({
    code: 'ERR_CONSTRAINT',
    message: 'Cannot write: it is there',
    retryable: false,
    cause,
  });
  expect(error.details).toEqual({ table: 't', index: 0 });
});

test('a refusal says whether trying again can help', () => {
  const error = databaseError({
    doing: 'write',
    found: 'it is locked',
    cause,
    hint: 'Wait.',
    retryable: true,
    code: 5,
  });
  expect(error).toMatchObject({
    code: 'ERR_DATABASE',
    retryable: true,
    hint: 'Wait.',
    details: { code: 5 },
    cause,
  });
});

test('a lost transaction says what it has cost, and whether another run can help', () => {
  const refused = databaseError({
    doing: 'commit',
    found: 'x',
    cause,
    hint: 'Wait.',
    retryable: true,
    code: 5,
  });
  expect(lostTransaction('write', refused)).toMatchObject({
    code: 'ERR_DATABASE',
    retryable: true,
    message:
      'Cannot write: as the database says it; its transaction was rolled back: nothing that it had taken since the last checkpoint is in the database',
    details: { transaction: 'lost', code: 5 },
  });
  expect(lostTransaction('write', cause)).toMatchObject({
    retryable: false,
    details: { transaction: 'lost' },
  });
  expect(lostTransaction('go on', undefined).message).toMatch(
    /^Cannot go on: its transaction was rolled back/,
  );
});

test('a commit that was not heard of claims neither', () => {
  expect(unknownCommit('write', cause)).toMatchObject({
    retryable: false,
    message: 'Cannot write: as the database says it; whether its transaction was committed nobody knows',
    details: { transaction: 'unknown' },
  });
});
