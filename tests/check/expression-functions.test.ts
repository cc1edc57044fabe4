import { expect, test } from 'vitest';
import { BUILTIN_FUNCTIONS } from '../../src/spec/expressions/functions/builtin-functions.ts';
import { signatureOf } from '../../src/spec/expressions/functions/expression-function.ts';
import { read } from './repository.ts';

test('the reference of expressions lists every function as it describes itself', () => {
  const listed = [...read('docs/reference/expressions.md').matchAll(/^\| `(\w+\(.*\))` \| (.*) \|$/gm)];
  expect(listed.map(([, signature, summary]) => [signature, summary])).toEqual(
    BUILTIN_FUNCTIONS.map((fn) => [signatureOf(fn), fn.summary]),
  );
});
