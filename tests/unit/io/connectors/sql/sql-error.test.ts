import { expect, test } from 'vitest';
import {
  constraintError,
  databaseError,
  lostTransaction,
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

test('a lost transaction is never tried again', () => {
  expect(lostTransaction('write', Object.assign(cause, { retryable: true })).retryable).toBe(false);
});
