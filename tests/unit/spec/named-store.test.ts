import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { namedStore } from '../../../src/spec/named-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['./state', 'directory ./state'],
  ['state.d', 'directory state.d'],
  ['sqlite:state', 'sqlite state'],
  ['sqlite:/var/lib/state.db', 'sqlite /var/lib/state.db'],
  ['state.db', 'sqlite state.db'],
  ['/var/lib/state.SQLite3', 'sqlite /var/lib/state.SQLite3'],
  ['postgres://me:secret@db.example.com/shop', 'postgres db.example.com/shop'],
  ['postgresql://db.example.com:6432/shop', 'postgres db.example.com:6432/shop'],
])('%s names a store', async (text, label) => {
  expect((await namedStore(text, 'run')).label).toBe(label);
});

test('a folder that is there may be called like a database', async () => {
  const path = join(folder, 'state.db');
  mkdirSync(path);
  expect((await namedStore(path, 'run')).label).toBe(`directory ${path}`);
});

test.each([
  ['redis://me:secret@host/0', 'nothing keeps checkpoints at redis://…'],
  ['postgres://me:secret@[host/shop', 'url: expected a URL such as postgres://user@host:5432/database'],
  ['sqlite::memory:', 'database: expected the path of a file'],
  ['sqlite:', 'database: expected the path of a file'],
])('%s names none, and no password is told', async (text, found) => {
  const error = await namedStore(text, 'run with checkpoints').then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'ERR_OPTIONS', message: expect.stringContaining(found) });
  expect(JSON.stringify(error) + String(error)).not.toContain('secret');
});
