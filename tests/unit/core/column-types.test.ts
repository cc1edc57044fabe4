import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COLUMN_TYPES, type ColumnType, fieldConvert, typeHint } from '../../../src/core/column-types.ts';
import { toDate } from '../../../src/core/typed-date.ts';
import { isLosslessFloat, toBigint, toFloat, toInt } from '../../../src/core/typed-number.ts';
import { UNCONVERTIBLE } from '../../../src/core/unconvertible.ts';

const plain = { trim: false, nulls: [] };

function convert(type: ColumnType, text: string): unknown {
  const made = fieldConvert(type, plain);
  return made === undefined ? text : made(text);
}

describe('types of columns', () => {
  test.each<[ColumnType, string, unknown]>([
    ['int', '0', 0],
    ['int', '-12', -12],
    ['int', '999999999999999', 999_999_999_999_999],
    ['int', '9007199254740991', Number.MAX_SAFE_INTEGER],
    ['int', '-9007199254740991', Number.MIN_SAFE_INTEGER],
    ['float', '1', 1],
    ['float', '-0.5', -0.5],
    ['float', '.5', 0.5],
    ['float', '-.25e1', -2.5],
    ['float', '1e3', 1000],
    ['float', '1.50', 1.5],
    ['float', '0.1', 0.1],
    ['float', '123456789.123456', 123_456_789.123456],
    ['float', '1.23456789012345678901', 1.2345678901234567],
    ['bigint', '12345678901234567890', 12_345_678_901_234_567_890n],
    ['bigint', '-7', -7n],
    ['bigint', `1${'0'.repeat(999)}`, 10n ** 999n],
    ['date', '2025-01-31', new Date('2025-01-31T00:00:00Z')],
    ['date', '2024-02-29', new Date('2024-02-29T00:00:00Z')],
    ['date', '2000-02-29', new Date('2000-02-29T00:00:00Z')],
    ['date', '0001-01-01', new Date('0001-01-01T00:00:00Z')],
    ['date', '2025-01-31T10:20', new Date('2025-01-31T10:20:00Z')],
    ['date', '2025-01-31 10:20:30', new Date('2025-01-31T10:20:30Z')],
    ['date', '2025-01-31T10:20:30.5Z', new Date('2025-01-31T10:20:30.500Z')],
    ['date', '2025-01-31T10:20:30.123999+01:00', new Date('2025-01-31T09:20:30.123Z')],
    ['date', '2025-01-31T10:20:30-0530', new Date('2025-01-31T15:50:30Z')],
    ['date', '2025-01-31 10:20:30.1+01', new Date('2025-01-31T09:20:30.100Z')],
    ['date', '2025-01-31T10:20Z', new Date('2025-01-31T10:20:00Z')],
    ['json', '{"a":[1,null]}', { a: [1, null] }],
    ['json', ' "x" ', 'x'],
    ['json', 'null', null],
    ['string', '007', '007'],
    ['string', '', ''],
  ])('%s takes %s', (type, text, expected) => {
    expect(convert(type, text)).toStrictEqual(expected);
  });

  test('booleans are what tools write for them', () => {
    for (const [value, forms] of [
      [true, ['true', 'True', 'TRUE', 't', 'T', 'yes', 'Yes', 'YES', 'y', 'Y', '1']],
      [false, ['false', 'False', 'FALSE', 'f', 'F', 'no', 'No', 'NO', 'n', 'N', '0']],
    ] as const) {
      for (const form of forms) expect(convert('boolean', form), form).toBe(value);
    }
  });

  test.each<[ColumnType, string[]]>([
    ['int', ['007', '-01', '+1', '1.0', '1e3', ' 1', '1 ', '-', '--1', '1_000', '0x10', '9007199254740992']],
    ['int', ['-9007199254740993', '12345678901234567890', 'NaN', '１', '1,000']],
    [
      'float',
      ['NaN', 'Infinity', '-Infinity', '1e999', '007', '00.5', '1.', '.', '-', '-.', '+1', '1,5', '1e'],
    ],
    ['float', ['0x1', ' 1', '1..2', '1.2.3', 'e5', '1_0', '00000000000000000001', '-000000000000000001.5']],
    ['bigint', ['1n', '01', '1.0', '', ' 1', `1${'0'.repeat(1000)}`].slice(0, 3)],
    ['bigint', [`1${'0'.repeat(1000)}`, '+1', '0x10']],
    ['boolean', ['2', 'on', 'tRUE', ' true', 'ja', 'null', '-1', '1.0']],
    [
      'date',
      ['2025-02-30', '2025-02-29', '1900-02-29', '2025-04-31', '2025-13-01', '2025-00-10', '2025-01-00'],
    ],
    [
      'date',
      ['2025-1-31', '25-01-31', '31.01.2025', '01/31/2025', '20250131', '2025-01', '2025', '12025-01-31'],
    ],
    ['date', ['2025-01-31T', '2025-01-31T10', '2025-01-31T24:00', '2025-01-31T10:60', '2025-01-31T10:00:60']],
    ['date', ['2025-01-31T10:00:00.', '2025-01-31T10:00.5', '2025-01-31t10:00', '2025-01-31  10:00']],
    ['date', ['2025-01-31T10:00Z ', '2025-01-31T10:00+1', '2025-01-31T10:00+01:', '2025-01-31T10:00+24:00']],
    ['date', ['2025-01-31T10:00+01:60', '2025-01-31T10:00+010', '2025-01-31Z', '２025-01-31', '-025-01-31']],
    ['json', ['{', 'undefined', "{'a':1}", 'NaN', '1 2', '['.repeat(100_000)]],
  ])('pain P39: %s refuses what is something else, or would lose a part', (type, texts) => {
    for (const text of texts) expect(convert(type, text), text).toBe(UNCONVERTIBLE);
  });

  test('a field with nothing in it is null in a column with a type, and text in one of text', () => {
    for (const type of COLUMN_TYPES) expect(convert(type, ''), type).toBe(type === 'string' ? '' : null);
  });

  test('texts that stand for nothing are null in every column, after trimming', () => {
    for (const type of COLUMN_TYPES) {
      for (const nulls of [['NA'], ['NA', '-']]) {
        expect(fieldConvert(type, { trim: false, nulls })!('NA')).toBe(null);
        expect(fieldConvert(type, { trim: true, nulls })!(' NA ')).toBe(null);
        const untrimmed = fieldConvert(type, { trim: false, nulls })!(' NA ');
        expect(untrimmed).toBe(type === 'string' ? ' NA ' : UNCONVERTIBLE);
      }
    }
    expect(fieldConvert('string', { trim: false, nulls: [''] })!('')).toBe(null);
    expect(fieldConvert('string', { trim: true, nulls: [] })!('\u00a0 x\ty ')).toBe('x\ty');
    expect(fieldConvert('int', { trim: true, nulls: [] })!(' 12 ')).toBe(12);
    expect(fieldConvert('string', plain)).toBeUndefined();
  });

  test('the hint says what would help', () => {
    expect(typeHint('007', 'int')).toContain('zero in front');
    expect(typeHint('-00.5', 'float')).toContain('written as in JSON');
    expect(typeHint('12345678901234567890', 'int')).toContain("'bigint'");
    expect(typeHint('1.5', 'int')).toContain("'float'");
    expect(typeHint(' 1', 'int')).toContain('trim: true');
    expect(typeHint(' ', 'date')).toContain('trim: true');
    expect(typeHint('31.01.2025', 'date')).toContain('2025-01-31');
    expect(typeHint('x', 'boolean')).toContain('onError');
  });
});

/** Texts that are nearly values of some type. */
const nearly = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'0123456789.-+eE'), maxLength: 24 }),
  fc.string({ unit: fc.constantFrom(...'0123456789-:TZ. +'), maxLength: 30 }),
  fc.string({ unit: 'binary' }),
  fc.json(),
  fc.double().map(String),
  fc.bigInt().map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);

describe('conversions, for all texts', () => {
  test('never throw, and give a value of their type, null or the sentinel', () => {
    const kinds: Record<string, string> = { int: 'number', float: 'number' };
    fc.assert(
      fc.property(nearly, fc.constantFrom(...COLUMN_TYPES), fc.boolean(), (text, type, trim) => {
        const made = fieldConvert(type, { trim, nulls: ['-'] })!(text);
        if (made === null || made === UNCONVERTIBLE || type === 'json') return;
        if (type === 'date') expect((made as Date).getTime()).not.toBeNaN();
        else expect(typeof made).toBe(kinds[type] ?? type);
      }),
      { numRuns: 5000 },
    );
  });

  test('numbers agree with JSON.parse and BigInt, and take what JSON takes', () => {
    const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
    fc.assert(
      fc.property(nearly, (text) => {
        const whole = /^-?(?:0|[1-9]\d*)$/.test(text);
        const value = number.test(text) ? JSON.parse(text) : undefined;
        expect(toInt(text)).toBe(whole && Number.isSafeInteger(value) ? value : UNCONVERTIBLE);
        expect(toBigint(text)).toBe(whole ? BigInt(text) : UNCONVERTIBLE);
        if (value !== undefined) expect(toFloat(text)).toBe(Number.isFinite(value) ? value : UNCONVERTIBLE);
        else if (toFloat(text) !== UNCONVERTIBLE)
          expect(toFloat(text.replace('.', '0.'))).toBe(toFloat(text));
      }),
      { numRuns: 5000 },
    );
  });

  test('decimals of all lengths are the nearest number, as JavaScript reads them', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 20n }),
        fc.nat(20),
        fc.boolean(),
        (digits, decimals, minus) => {
          const text = String(digits).padStart(decimals + 1, '0');
          const at = text.length - decimals;
          const written = `${minus ? '-' : ''}${text.slice(0, at)}${decimals === 0 ? '' : `.${text.slice(at)}`}`;
          expect(toFloat(written)).toBe(Number(written));
        },
      ),
      { numRuns: 5000 },
    );
  });

  test('dates agree with Date, whatever the year and the form', () => {
    const date = fc.date({
      noInvalidDate: true,
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
    });
    fc.assert(
      fc.property(date, (date) => {
        const text = date.toISOString();
        expect(toDate(text)).toEqual(date);
        expect(toDate(text.replace('T', ' ').replace('Z', '+00'))).toEqual(date);
        expect(toDate(text.slice(0, 10))).toEqual(new Date(text.slice(0, 10)));
        expect(toDate(text.slice(0, -1))).toEqual(date);
      }),
      { numRuns: 3000 },
    );
  });

  test('days that a month does not have are refused, and no others', () => {
    for (const year of [1900, 2000, 2023, 2024]) {
      for (let month = 0; month <= 13; month++) {
        for (let day = 0; day <= 32; day++) {
          const pad = (value: number): string => String(value).padStart(2, '0');
          const real = new Date(Date.UTC(year, month - 1, day));
          const exists = real.getUTCMonth() === month - 1 && real.getUTCDate() === day;
          expect(toDate(`${year}-${pad(month)}-${pad(day)}`)).toEqual(exists ? real : UNCONVERTIBLE);
        }
      }
    }
  });

  test('a float is lossless when every digit can be had back', () => {
    for (const text of ['1.5', '0.10', '123456789012345', '0.8444218515250481', '1e3', '-0.000001']) {
      expect(isLosslessFloat(text), text).toBe(true);
    }
    for (const text of [
      '9007199254740993',
      '0.12345678901234567890',
      '1e400',
      '12345678901234567890',
      '007',
    ]) {
      expect(isLosslessFloat(text), text).toBe(false);
    }
  });
});
