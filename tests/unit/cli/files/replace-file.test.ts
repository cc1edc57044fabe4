import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { replaceFile } from '../../../../src/cli/files/replace-file.ts';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return { ...real, rename: vi.fn(real.rename) };
});

let folder: string;
const at = (name: string) => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-replace-'));
  writeFileSync(at('a'), 'before');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a link leads to the new text, and the mode stays', async () => {
  chmodSync(at('a'), 0o662);
  symlinkSync('a', at('link'));
  await replaceFile(at('link'), 'after', 'write');
  expect(lstatSync(at('link')).isSymbolicLink()).toBe(true);
  expect(readFileSync(at('a'), 'utf8')).toBe('after');
  expect(statSync(at('a')).mode & 0o777).toBe(0o662);
  expect(readdirSync(folder).sort()).toEqual(['a', 'link']);
});

test('where it fails, the file is as it was, and nothing is left beside it', async () => {
  vi.mocked(rename).mockRejectedValueOnce(Object.assign(new Error('no'), { code: 'EACCES' }));
  await expect(replaceFile(at('a'), 'after', 'update')).rejects.toMatchObject({
    code: 'ERR_PERMISSION',
    message: `Cannot update ${at('a')}: permission is denied (EACCES)`,
  });
  expect(readFileSync(at('a'), 'utf8')).toBe('before');
  expect(readdirSync(folder)).toEqual(['a']);
});

test('what lies there under the name that it would take is not touched', async () => {
  const other = `a.${process.pid}.partial`;
  writeFileSync(at(other), 'of somebody else');
  await expect(replaceFile(at('a'), 'after', 'update')).rejects.toMatchObject({ code: 'ERR_IO' });
  expect(readFileSync(at(other), 'utf8')).toBe('of somebody else');
  expect(readFileSync(at('a'), 'utf8')).toBe('before');
});
