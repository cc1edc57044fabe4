import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type GlobChoice, inputFiles, pathsLabel } from '../../../../src/io/bytes/paths.ts';
import { tempFolder } from '../temp-folder.ts';

const STRICT: GlobChoice = { allowEmpty: false, hidden: false };

function folderOf(...names: readonly string[]) {
  const folder = tempFolder();
  for (const name of names) {
    mkdirSync(join(folder.path, name, '..'), { recursive: true });
    folder.write(name, name);
  }
  const found = async (paths: string | readonly string[], choice: Partial<GlobChoice> = {}) => {
    const all =
      typeof paths === 'string' ? join(folder.path, paths) : paths.map((path) => join(folder.path, path));
    return (await inputFiles(all, { ...STRICT, ...choice })).map((file) =>
      file.path.slice(folder.path.length + 1),
    );
  };
  return { ...folder, found };
}

describe('a glob', () => {
  test('stops searching when the run is over: it may go through a whole disk', async () => {
    const { path } = folderOf('a.csv', 'b.csv');
    const over = new AbortController();
    const searching = inputFiles([join(path, '*.csv'), join(path, 'b.csv')], STRICT, over.signal);
    over.abort(new Error('enough'));
    await expect(searching).rejects.toThrow('enough');
  });

  test('gives its files sorted by the bytes of their names', async () => {
    const { found } = folderOf('b.csv', 'a.csv', 'B.csv', 'é.csv', 'z.csv', 'a.txt', '10.csv', '9.csv');
    expect(await found('*.csv')).toEqual(['10.csv', '9.csv', 'B.csv', 'a.csv', 'b.csv', 'z.csv', 'é.csv']);
  });

  test.each([
    ['?.csv', ['a.csv', 'b.csv']],
    ['[ab].csv', ['a.csv', 'b.csv']],
    ['{a,cc}.csv', ['a.csv', 'cc.csv']],
    ['**/*.csv', ['a.csv', 'b.csv', 'cc.csv', 'sub/deep/d.csv']],
    ['sub/**', ['sub/deep/d.csv']],
  ])('%s matches what it says', async (pattern, names) => {
    const { found } = folderOf('a.csv', 'b.csv', 'cc.csv', 'sub/deep/d.csv');
    expect(await found(pattern)).toEqual(names);
  });

  test('passes over folders, and follows links', async () => {
    const { found, path } = folderOf('a/inner', 'b');
    symlinkSync(join(path, 'b'), join(path, 'c'));
    expect(await found('*')).toEqual(['b', 'c']);
  });

  test('finds what begins with a dot when that is asked for, in folders of such names, too', async () => {
    const { found } = folderOf('.a.csv', 'b.csv', '.d/c.csv', '.d/.e/f.csv');
    expect(await found('**/*.csv')).toEqual(['b.csv']);
    expect(await found('.*.csv')).toEqual(['.a.csv']);
    expect(await found('*.csv', { hidden: true })).toEqual(['.a.csv', 'b.csv']);
    const all = ['.a.csv', '.d/.e/f.csv', '.d/c.csv', 'b.csv'];
    expect(await found('**/*.csv', { hidden: true })).toEqual(all);
  });

  test('that is the name of a file is that file', async () => {
    const { found } = folderOf('data[1].csv', 'data1.csv');
    expect(await found('data[1].csv')).toEqual(['data[1].csv']);
  });

  test('that matches nothing fails unless that is allowed', async () => {
    const { found, path } = folderOf('a.csv');
    await expect(found('*.tsv')).rejects.toMatchObject({
      code: 'ERR_NO_MATCH',
      message: `Cannot read ${path}/*.tsv: no file matches`,
      hint: expect.stringContaining('allowEmpty'),
    });
    expect(await found('*.tsv', { allowEmpty: true })).toEqual([]);
  });
});

describe('a list', () => {
  test('keeps its order, with globs where they stand', async () => {
    const { found } = folderOf('z', 'a1', 'a2', 'm');
    expect(await found(['z', 'a*', 'm'])).toEqual(['z', 'a1', 'a2', 'm']);
  });

  test('fails when one of its files is missing', async () => {
    const { found } = folderOf('a');
    await expect(found(['a', 'b'])).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });

  test.each([[[]], [''], [[undefined]], [42], [null]])('of %j is refused', async (paths) => {
    await expect(inputFiles(paths as never, STRICT)).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
  });
});

describe('a path', () => {
  test('may be a file: URL, which is never a glob', async () => {
    const { path } = folderOf('a*b', 'axb');
    const url = pathToFileURL(join(path, 'a*b'));
    const file = { path: join(path, 'a*b'), bytes: 3 };
    expect(await inputFiles(url, STRICT)).toMatchObject([file]);
    expect(await inputFiles(url.href, STRICT)).toMatchObject([file]);
  });

  test('of another kind of URL is refused', async () => {
    await expect(inputFiles(new URL('ftp://example.com/a.csv'), STRICT)).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      message: expect.stringContaining('ftp://example.com/a.csv'),
    });
  });

  test('that is missing names what is there', async () => {
    const { found, path } = folderOf('orders.csv');
    await expect(found('order.csv')).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: `Cannot open ${path}/order.csv: it does not exist (ENOENT)`,
      hint: 'Did you mean "orders.csv"?',
    });
    await expect(found('nowhere/orders.csv')).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      hint: expect.stringContaining(`${path}/nowhere does not exist`),
    });
  });

  test('that is a folder, or leads through a file, is not a file', async () => {
    const { found, path } = folderOf('sub/a.csv');
    await expect(found('sub')).rejects.toMatchObject({
      code: 'ERR_NOT_A_FILE',
      message: expect.stringContaining(`${path}/sub`),
      hint: expect.stringContaining('glob'),
    });
    await expect(found('sub/a.csv/b')).rejects.toMatchObject({ code: 'ERR_NOT_A_FILE' });
  });

  test.skipIf(process.getuid?.() === 0)('in a folder that is closed says so', async () => {
    const { found, path } = folderOf('sub/a.csv');
    chmodSync(join(path, 'sub'), 0);
    await expect(found('sub/a.csv')).rejects.toMatchObject({ code: 'ERR_PERMISSION' });
    chmodSync(join(path, 'sub'), 0o700);
  });

  test('of - is stdin, alone and in a list', async () => {
    expect(await inputFiles(['-'], STRICT)).toEqual([{ path: '-', bytes: 0 }]);
  });
});

describe('a label', () => {
  test('shows the paths as they were written', () => {
    expect(pathsLabel('orders-*.csv.gz')).toBe('orders-*.csv.gz');
    expect(pathsLabel(['a', 'b', '-'])).toBe('a, b, stdin');
    expect(pathsLabel(['a', 'b', 'c', 'd'])).toBe('a and 3 more');
    expect(pathsLabel(pathToFileURL(join(process.cwd(), 'data/x.csv')))).toBe(join('data', 'x.csv'));
    expect(pathsLabel(pathToFileURL('/elsewhere/x.csv'))).toBe('/elsewhere/x.csv');
  });
});
