import { expect, test } from 'vitest';
import { MillraceError } from '../../../../src/core/errors.ts';
import { storeError } from '../../../../src/core/store/store-error.ts';

const failed = (code: string) => Object.assign(new Error(`${code}: it failed`), { code });

test.each([
  ['ENOSPC', 'ERR_SPACE', true, 'there is no space left (ENOSPC)'],
  ['EDQUOT', 'ERR_SPACE', true, 'the disk quota is used up (EDQUOT)'],
  ['EACCES', 'ERR_PERMISSION', false, 'permission is denied (EACCES)'],
  ['EROFS', 'ERR_PERMISSION', false, 'the file system is read-only (EROFS)'],
  ['ENOENT', 'ERR_NOT_FOUND', false, 'it does not exist (ENOENT)'],
  ['ENOTDIR', 'ERR_NOT_A_FILE', false, 'a part of the path is a file, not a folder (ENOTDIR)'],
  ['EIO', 'ERR_IO', true, 'EIO: it failed'],
  ['EXDEV', 'ERR_IO', false, 'EXDEV: it failed'],
])('%s is %s, with what to do', (errno, code, retryable, found) => {
  const cause = failed(errno);
  expect(storeError('write checkpoint 3 in /state', cause)).toMatchObject({
    code,
    retryable,
    cause,
    message: `Cannot write checkpoint 3 in /state: ${found}`,
    hint: expect.stringMatching(/\w{3}/),
  });
});

test('what is no system call is handed on as it is: it says more than we could', () => {
  const ours = new MillraceError('ERR_SNAPSHOT', 'Cannot keep state.fn in a checkpoint: it is a function');
  const theirs = new Error('a getter of the user threw');
  for (const error of [ours, theirs, 'text', undefined]) expect(storeError('write', error)).toBe(error);
});
