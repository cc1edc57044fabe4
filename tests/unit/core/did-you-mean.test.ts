import { describe, expect, test } from 'vitest';
import { didYouMean } from '../../../src/core/did-you-mean.ts';

describe('didYouMean', () => {
  test.each([
    ['a swap', 'cvs', 'csv'],
    ['a letter too few', 'ndjon', 'ndjson'],
    ['a letter too many', 'jsson', 'json'],
    ['a wrong letter', 'texd', 'text'],
    ['another case', 'CSV', 'csv'],
    ['two slips in a long name', 'delimeterr', 'delimiter'],
  ])('suggests the name that was meant: %s', (_, wrong, right) => {
    const known = ['csv', 'delimiter', 'json', 'ndjson', 'text'];
    expect(didYouMean(wrong, known)).toBe(`Did you mean "${right}"?`);
  });

  test('takes the nearest of several that are near', () => {
    expect(didYouMean('orders', ['order', 'orders_2', 'borders_1'])).toBe('Did you mean "order"?');
  });

  test('lists all in order instead of guessing wildly, without changing the list', () => {
    const known = ['text', 'csv'];
    expect(didYouMean('parquet', known)).toBe('There are: csv, text.');
    expect(known).toEqual(['text', 'csv']);
  });

  test('does not take a short name for any other short name', () => {
    expect(didYouMean('id', ['qty'])).toBe('There are: qty.');
  });

  test('says so when there is nothing to choose from', () => {
    expect(didYouMean('csv', [])).toBe('There are none.');
  });
});
