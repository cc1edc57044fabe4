import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { millraceVersion } from '../../../src/core/version.ts';

test('the version is that of the package', () => {
  expect(millraceVersion()).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version);
});
