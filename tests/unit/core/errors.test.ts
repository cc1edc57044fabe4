import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import {
  ERROR_CODES,
  isMillraceError,
  isRetryable,
  MillraceError,
  toError,
} from '../../../src/core/errors.ts';

describe('MillraceError', () => {
  test('is an Error with its code, and with the defaults of what was not said', () => {
    const error = new MillraceError('ERR_IO', 'Cannot read a.csv: it is on fire');
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'MillraceError',
      code: 'ERR_IO',
      message: 'Cannot read a.csv: it is on fire',
      hint: undefined,
      retryable: false,
      node: undefined,
      origin: undefined,
      details: {},
      secondary: [],
    });
    expect('cause' in error).toBe(false);
    expect(String(error)).toBe('MillraceError: Cannot read a.csv: it is on fire');
  });

  test('keeps every field it was given, a cause of undefined too', () => {
    const fields = {
      cause: undefined,
      hint: 'Use water.',
      retryable: true,
      node: 'read orders',
      origin: { source: 'orders', record: 3 },
      details: { issues: [] },
    };
    const error = new MillraceError('ERR_IO', 'Cannot read', fields);
    expect(error).toMatchObject(fields);
    expect('cause' in error).toBe(true);
  });

  test('shows in logs only what was said: no empty fields, no brand', () => {
    expect(Object.keys(new MillraceError('ERR_IO', 'Cannot read'))).toEqual(['name', 'code', 'retryable']);
    const full = new MillraceError('ERR_IO', 'Cannot read', {
      hint: 'Wait.',
      node: 'read',
      details: { a: 1 },
    });
    expect(Object.keys(full)).toEqual(['name', 'code', 'hint', 'retryable', 'node', 'details']);
  });

  test('has codes in one form, none of them twice', () => {
    expect([...new Set(ERROR_CODES)]).toEqual(ERROR_CODES);
    expect(ERROR_CODES.filter((code) => !/^ERR(_[A-Z]+)+$/.test(code))).toEqual([]);
  });
});

describe('isMillraceError', () => {
  test('knows the errors of a second copy of millrace, which are of another class', async () => {
    vi.resetModules();
    const copy = await import('../../../src/core/errors.ts');
    const foreign = new copy.MillraceError('ERR_IO', 'Cannot read');
    expect(copy.MillraceError).not.toBe(MillraceError);
    expect(foreign).not.toBeInstanceOf(MillraceError);
    expect(isMillraceError(foreign)).toBe(true);
    expect(copy.isMillraceError(new MillraceError('ERR_IO', 'Cannot read'))).toBe(true);
  });

  test('knows the errors of another realm, where Error is another class', () => {
    const foreign = runInNewContext(
      `const error = new Error('Cannot read'); error[Symbol.for('millrace.error')] = true; error`,
    );
    expect(foreign).not.toBeInstanceOf(Error);
    expect(isMillraceError(foreign)).toBe(true);
  });

  test.each([
    ['an error of somebody else', new Error('Cannot read')],
    [
      'an error that has a code and the name',
      Object.assign(new Error(), { code: 'ERR_IO', name: 'MillraceError' }),
    ],
    ['a copy of the fields', { ...new MillraceError('ERR_IO', 'Cannot read') }],
    ['null', null],
    ['undefined', undefined],
    ['text', 'ERR_IO'],
  ])('does not take %s for one', (_, value) => {
    expect(isMillraceError(value)).toBe(false);
  });
});

describe('toError', () => {
  test('leaves errors as they are, also those of another realm', () => {
    const error = new RangeError('too far');
    const foreign: unknown = runInNewContext(`new TypeError('no')`);
    expect(toError(error)).toBe(error);
    expect(toError(foreign)).toBe(foreign);
  });

  test.each([
    ['undefined', undefined, 'undefined was thrown'],
    ['null', null, 'null was thrown'],
    ['text', 'no network', 'no network was thrown'],
    ['a number', 404, '404 was thrown'],
    ['a symbol', Symbol('stop'), 'Symbol(stop) was thrown'],
    ['an object, with what is in it', { status: 404 }, '{ status: 404 } was thrown'],
    ['an object without a prototype', Object.create(null), '[Object: null prototype] {} was thrown'],
    ['a message that is no text', { message: 7 }, '{ message: 7 } was thrown'],
  ])('makes an error of %s, and keeps it as the cause', (_, thrown, message) => {
    const error = toError(thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toBe(`${message}, which is not an Error`);
    expect(error.cause).toBe(thrown);
  });

  test('survives an object that cannot be made text', () => {
    const hostile = {
      toString() {
        throw new Error('no text');
      },
    };
    expect(toError(hostile).message).toContain('which is not an Error');
  });
});

describe('isRetryable', () => {
  const millrace = (fields: object) => new MillraceError('ERR_IO', 'Cannot read', fields);
  const callback = (cause: unknown) => new MillraceError('ERR_CALLBACK', 'Cannot map', { cause });

  test.each([
    ['an error of a callback', new Error('503'), true],
    ['what is not an error', 'no network', true],
    ['undefined', undefined, true],
    ['an error that says no', Object.assign(new Error(), { retryable: false }), false],
    ['an error that says something else', Object.assign(new Error(), { retryable: 'maybe' }), true],
    ['an error of millrace', millrace({}), false],
    ['an error of millrace that says yes', millrace({ retryable: true }), true],
    ['a failed callback', callback(new Error('503')), true],
    [
      'a failed callback whose error says no',
      callback(Object.assign(new Error(), { retryable: false })),
      false,
    ],
    ['a callback that failed with an error of millrace', callback(millrace({})), false],
    ['a callback in a callback', callback(callback(millrace({ retryable: true }))), true],
  ])('%s', (_, error, expected) => {
    expect(isRetryable(error)).toBe(expected);
  });
});
