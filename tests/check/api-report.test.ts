import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { makeReports } from '../../scripts/api-report.ts';
import { CACHE, ENTRIES, files, ROOT } from './repository.ts';

let folder: string;
beforeAll(() => {
  mkdirSync(CACHE, { recursive: true });
  folder = mkdtempSync(join(CACHE, 'reports-'));
  cpSync(join(ROOT, 'api'), folder, { recursive: true });
  makeReports(folder, inject('dist'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const reports = files('api/*.api.md');

test('there is a report of each entry of the package', () => {
  const names = Object.keys(ENTRIES).map((entry) => `api/${entry.replace('/', '-')}.api.md`);
  expect(reports).toEqual(names.toSorted());
  expect(readdirSync(folder)).toHaveLength(names.length);
});

// A difference is a change of what users build upon: is it meant, is it in the changelog? Then: npm run api-report.
test.each(reports)('%s says what the sources promise', (report) => {
  const promised = readFileSync(join(folder, report.slice('api/'.length)), 'utf8');
  expect(promised).toBe(readFileSync(join(ROOT, report), 'utf8'));
});
