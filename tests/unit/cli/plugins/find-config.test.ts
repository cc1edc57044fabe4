import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findConfig } from '../../../../src/cli/plugins/find-config.ts';
import { tempFolder } from '../../io/temp-folder.ts';
import { put } from '../../spec/files.ts';

test('the nearest configuration upward is found, whatever it is written in', () => {
  const { path } = tempFolder();
  const outer = put(path, 'millrace.config.mjs', '');
  mkdirSync(join(path, '.git'));
  mkdirSync(join(path, 'a/b'), { recursive: true });
  expect(findConfig(join(path, 'a/b'))).toBe(outer);
  const inner = put(path, 'a/millrace.config.js', '');
  expect(findConfig(join(path, 'a/b'))).toBe(inner);
  const typed = put(path, 'a/millrace.config.ts', '');
  expect(findConfig(join(path, 'a/b'))).toBe(typed);
});

test('nothing above the top of a repository is looked at', () => {
  const { path } = tempFolder();
  put(path, 'millrace.config.ts', '');
  mkdirSync(join(path, 'project/.git'), { recursive: true });
  mkdirSync(join(path, 'project/deep'));
  expect(findConfig(join(path, 'project/deep'))).toBeUndefined();
  const own = put(path, 'project/millrace.config.ts', '');
  expect(findConfig(join(path, 'project/deep'))).toBe(own);
});

test('outside of a repository nothing above the home of the user is looked at, and elsewhere nothing above the folder', () => {
  const { path } = tempFolder();
  const planted = put(path, 'millrace.config.ts', '');
  mkdirSync(join(path, 'home/deep'), { recursive: true });
  mkdirSync(join(path, 'shared'));
  expect(findConfig(join(path, 'home/deep'), join(path, 'home'))).toBeUndefined();
  expect(findConfig(join(path, 'shared'), join(path, 'home'))).toBeUndefined();
  expect(findConfig(path, join(path, 'home'))).toBe(planted);
  const own = put(path, 'home/millrace.config.ts', '');
  expect(findConfig(join(path, 'home/deep'), join(path, 'home'))).toBe(own);
});

test('a folder of that name is none', () => {
  const { path } = tempFolder();
  mkdirSync(join(path, '.git'));
  mkdirSync(join(path, 'millrace.config.ts'));
  expect(findConfig(path)).toBeUndefined();
});
