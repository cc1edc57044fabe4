import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportsOf } from './docblocks.ts';
import { ENTRIES, files, read, sources } from './repository.ts';

const camel = (file: string) =>
  basename(file, '.ts').replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The operators: files that export a function of their own name which makes an `Operator`. */
const operators = files('src/processing/operators/*.ts')
  .filter((file) => camel(file) !== 'defineOperator')
  .filter((file) => new RegExp(`^export function ${camel(file)}\\b`, 'm').test(read(file)))
  .filter((file) => /\): (?:\w+)?Operator</.test(read(file)));

const doors = Object.entries(ENTRIES).flatMap(([entry, file]) =>
  exportsOf(file).map((found) => ({ ...found, entry })),
);

describe('operators', () => {
  const promised =
    'map filter flatMap tap take skip takeWhile scan batch validate mapAsync flatMapAsync rx through select rename'.split(
      ' ',
    );

  test('are all there, each in a file of its name', () => {
    expect(operators.map(camel).sort()).toEqual(expect.arrayContaining(promised.toSorted()));
  });

  test.each(operators)(
    '%s says when it emits, backpressures, completes, cancels and what an error does',
    (file) => {
      const { docblock = '' } = exportsOf(file).find(({ name }) => name === camel(file))!;
      for (const line of ['Emits', 'Backpressures', 'Completes', 'Cancels', 'On error']) {
        expect(docblock, line).toMatch(new RegExp(`^ \\* (?:- )?(?:\\*\\*)?${line}\\b.{10,}`, 'm'));
      }
    },
  );

  test.each(operators)('%s shows an example that is checked', (file) => {
    const { docblock = '' } = exportsOf(file).find(({ name }) => name === camel(file))!;
    expect(docblock).toMatch(/```ts[\s\S]*from 'millrace'[\s\S]*```/);
  });
});

describe('the public door', () => {
  test.each(Object.values(ENTRIES))('%s has named exports only, each name once', (file) => {
    const text = read(file);
    expect(text).not.toMatch(/export \*|export default/);
    const names = exportsOf(file).map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  test.each(doors)('$name of $entry has a docblock ($file)', ({ docblock }) => {
    expect(docblock).toMatch(/\w{3,}/);
  });
});

describe('files of the sources', () => {
  test.each(sources())('%s has at most 300 lines', (file) => {
    expect(read(file).split('\n').length - 1).toBeLessThanOrEqual(300);
  });

  test.each(operators)('%s, an operator, has at most 150 lines', (file) => {
    expect(read(file).split('\n').length - 1).toBeLessThanOrEqual(150);
  });

  test('none is called utils or helpers', () => {
    expect(sources().filter((file) => /\b(utils?|helpers?)\b/.test(file))).toEqual([]);
  });
});
