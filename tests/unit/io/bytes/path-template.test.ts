import { join, relative, resolve, sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PathTemplate } from '../../../../src/io/bytes/path-template.ts';
import { foldedPath, pathValue } from '../../../../src/io/bytes/path-value.ts';

const template = (path: string, names: readonly string[], parts = false) =>
  new PathTemplate({ path: resolve('/base', path), names, parts });

const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.string({
    unit: fc.constantFrom(
      '.',
      '/',
      '\\',
      '\0',
      '%',
      '-',
      '_',
      'a',
      'A',
      ' ',
      ':',
      'é',
      'e\u0301',
      '2',
      'F',
      '{',
      '}',
    ),
    minLength: 1,
    maxLength: 6,
  }),
  fc.string({
    unit: fc.constantFrom('\ud800', '\udc00', '\ud83d', 'x', '\n', '\u202e', '\u0085'),
    minLength: 1,
  }),
  fc.constantFrom(
    '..',
    '.',
    '../..',
    '/etc/passwd',
    'C:\\x',
    'CON',
    'con.csv',
    'Nul',
    'COM1.x',
    'lpt¹',
    '~',
    '-rf',
    ' ',
    '%2E%2E',
    '{a}',
  ),
);

describe('values as parts of paths', () => {
  test('what is harmless stays as it is', () => {
    for (const text of [
      'DE',
      '2025-01-31',
      'a b',
      'Grüße',
      '山田',
      'x.y',
      '_',
      'console',
      'COM10',
      "it's",
      '🙂',
    ]) {
      expect(pathValue(text, '')).toBe(text);
    }
  });

  test('what would leave the folder, end the name or mean something elsewhere is escaped', () => {
    expect(pathValue('../../etc/passwd', '')).toBe('%2E.%2F..%2Fetc%2Fpasswd');
    expect(pathValue('.', '')).toBe('%2E');
    expect(pathValue('..', '')).toBe('%2E%2E');
    expect(pathValue('a\0b\nc\x7f', '')).toBe('a%00b%0Ac%7F');
    expect(pathValue('C:\\x|y', '')).toBe('C%3A%5Cx%7Cy');
    expect(pathValue('100%', '')).toBe('100%25');
    expect(pathValue('end. ', '')).toBe('end.%20');
    expect(pathValue('nul.csv', '')).toBe('%6Eul.csv');
    expect(pathValue('\ud800', '')).toBe('%ED%A0%80');
    expect(pathValue('a-b', '-')).toBe('a%2Db');
  });

  test('the text can be had back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeURIComponent(pathValue(text, '-_x'))).toBe(text);
      }),
    );
  });
});

describe('paths with placeholders', () => {
  test('no values can leave the folder, change its depth, or share the path of others', () => {
    const shapes = [
      '{a}/{b}.csv',
      'k={a}/b={b}/x.csv',
      '{a}-{b}.csv',
      'x{a}__{b}y',
      '{b}/{a}z{b}',
      '{a}/{part}_{b}',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...shapes), hostile, hostile, hostile, hostile, (path, a, b, c, d) => {
        const made = template(path, ['a', 'b'], true);
        const index = made.names.indexOf('a');
        const fill = (first: string, second: string) =>
          made.fill(index === 0 ? [first, second] : [second, first], 1);
        const [one, two] = [fill(a, b), fill(c, d)];
        fc.pre(one !== undefined && two !== undefined);
        for (const filled of [one, two]) {
          expect(resolve(filled)).toBe(filled);
          expect(filled.startsWith(`/base${sep}`)).toBe(true);
          expect(relative('/base', filled).split(/[\\/]/).length).toBe(path.split('/').length);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
          expect(filled).not.toMatch(/[\0-\x1f\\:*?"<>|]|[. ](?:\/|$)/);
          expect(Buffer.from(filled).toString()).toBe(filled);
        }
        expect(one === two).toBe(a === c && b === d);
      }),
      { numRuns: 5000 },
    );
  });

  test('names that differ in case or in how accents are put together are known to be alike', () => {
    for (const [one, two] of [
      ['DE', 'de'],
      ['é', 'e\u0301'],
      ['É', 'e\u0301'],
      ['ß', 'SS'],
    ] as const) {
      expect(foldedPath(one)).toBe(foldedPath(two));
    }
    expect(foldedPath('a')).not.toBe(foldedPath('b'));
  });

  test('the folder that all files are beneath is what has no placeholder', () => {
    expect(template('out/{a}/x.csv', ['a']).base).toBe('/base/out');
    expect(template('out/x{a}.csv', ['a']).base).toBe('/base/out');
    expect(new PathTemplate({ path: '/{a}', names: ['a'], parts: false }).base).toBe('/');
  });

  test('parts are numbered where the path says so, or before the ends of the name', () => {
    const first = (path: string) =>
      new PathTemplate({ path: join('/b', path), names: 'none', parts: true }).fill([], 1);
    expect(first('x-{part}.csv')).toBe('/b/x-00001.csv');
    expect(first('{part}/x.csv')).toBe('/b/00001/x.csv');
    expect(first('x.csv')).toBe('/b/x-00001.csv');
    expect(first('x.csv.gz')).toBe('/b/x-00001.csv.gz');
    expect(first('my.data.csv')).toBe('/b/my.data-00001.csv');
    expect(first('x')).toBe('/b/x-00001');
    expect(first('.hidden')).toBe('/b/.hidden-00001');
    expect(template('{a}.csv.zst', ['a'], true).fill(['v'], 123456)).toBe('/base/v-123456.csv.zst');
  });

  test('names that are too long are told, counted in bytes', () => {
    const made = template('{a}.csv', ['a']);
    expect(made.fill(['x'.repeat(251)])).toBe(`/base/${'x'.repeat(251)}.csv`);
    expect(made.fill(['x'.repeat(252)])).toBeUndefined();
    expect(made.fill(['ü'.repeat(126)])).toBeUndefined();
    expect(made.fill(['/'.repeat(84)])).toBeUndefined();
  });

  test.each([
    ['x.csv', ['a'], 'it has no placeholder', 'braces'],
    ['{a}.csv', ['a', 'b'], 'it has no placeholder {b}', 'partitionBy'],
    ['{a}/{contry}.csv', ['a', 'country'], 'it has no placeholder {country}', ''],
    ['{country}/{contry}.csv', ['country'], '{contry} is not in partitionBy', 'Did you mean "country"?'],
    ['{a}{b}.csv', ['a', 'b'], 'the values in {a}{b}.csv could not be told apart', '{a}-{b}'],
    ['{a}2%{b}.csv', ['a', 'b'], 'could not be told apart', '{a}-{b}'],
    ['{a}-{b}0{c}', ['a', 'b', 'c'], 'could not be told apart', ''],
  ] as const)('%s by %j is refused', (path, names, found, hint) => {
    expect(() => template(path, names)).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTIONS',
        message: expect.stringContaining(found),
        hint: expect.stringContaining(hint),
      }),
    );
  });

  test('a field that has the name of the number of a part is refused', () => {
    expect(() => template('{part}.csv', ['part'], true)).toThrow(/\{part\} is the number of a file/);
    expect(template('{part}.csv', ['part']).fill(['x'])).toBe('/base/x.csv');
  });
});
