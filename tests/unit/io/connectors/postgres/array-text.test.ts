import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseArray } from '../../../../../src/io/connectors/postgres/array-text.ts';
import { cellText } from '../../../../../src/io/connectors/postgres/cell-text.ts';

const asIs = (text: string) => text;
const TEXTS = { form: 'array', element: { form: 'other' } } as const;

describe('an array as PostgreSQL writes it', () => {
  test.each([
    ['{}', []],
    ['{1,2}', ['1', '2']],
    ['{a b,"c,d","NULL",NULL,""}', ['a b', 'c,d', 'NULL', null, '']],
    ['{"say \\"hü\\"","back\\\\slash","{}"}', ['say "hü"', 'back\\slash', '{}']],
    [
      '{{1,2},{NULL,4}}',
      [
        ['1', '2'],
        [null, '4'],
      ],
    ],
    ['[0:1]={1,2}', ['1', '2']],
    ['[2:2][-1:0]={{1,2}}', [['1', '2']]],
  ])('is read: %s', (text, expected) => {
    expect(parseArray(text, asIs)).toEqual(expected);
  });

  test.each([
    '',
    '1',
    '{',
    '{1',
    '{1,',
    '{1}}',
    '{"a',
    '{"a\\',
    '{1}x',
    '{{1}',
    `${'{'.repeat(8)}${'}'.repeat(8)}`,
  ])('is refused where it is none: %s', (text) => {
    expect(() => parseArray(text, asIs)).toThrow('an array cannot be read');
  });

  test('comes back as it was written', () => {
    // Rows of a matrix are as long as each other, which PostgreSQL sees to.
    const text = fc.string({ unit: fc.constantFrom(...'a"\\{},N '), maxLength: 8 });
    const values = fc.array(fc.option(text), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.oneof(values, fc.array(values, { minLength: 1, maxLength: 4 })), (array) => {
        expect(parseArray(cellText(array, TEXTS), asIs)).toEqual(array);
      }),
    );
  });
});
