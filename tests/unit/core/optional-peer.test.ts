import { expect, test } from 'vitest';
import { optionalPeer } from '../../../src/core/optional-peer.ts';

const missing = (name: string): Promise<never> =>
  Promise.reject(
    Object.assign(new Error(`Cannot find package '${name}' imported from here`), {
      code: 'ERR_MODULE_NOT_FOUND',
    }),
  );

test('an installed package is what its import gives', async () => {
  const { join } = await optionalPeer('node:path', () => import('node:path'), 'join');
  expect(join('a', 'b')).toBe('a/b');
});

test('a missing package is named, with how to install it', async () => {
  await expect(optionalPeer('yauzl', () => missing('yauzl'), 'read a.zip')).rejects.toMatchObject({
    code: 'ERR_PEER',
    message: 'Cannot read a.zip: the package yauzl is not installed',
    hint: 'Install it: npm install yauzl',
    details: { package: 'yauzl' },
  });
});

test('what a package itself fails to import is not taken for the package', async () => {
  await expect(optionalPeer('yauzl', () => missing('pend'), 'read a.zip')).rejects.toMatchObject({
    code: 'ERR_MODULE_NOT_FOUND',
  });
  await expect(
    optionalPeer('yauzl', () => Promise.reject(new Error('broken')), 'read a.zip'),
  ).rejects.toThrow('broken');
});
