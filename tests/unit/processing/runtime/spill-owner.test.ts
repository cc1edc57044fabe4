import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type FolderOwner,
  folderPrefix,
  startOf,
  sweepDead,
  thisOwner,
} from '../../../../src/processing/runtime/spill/folder-owner.ts';
import { temporaryFolder } from '../../../conformance/folder.ts';

const temporary = temporaryFolder();
const self: FolderOwner = { realm: '0123456789abcdef', pid: String(process.pid), started: '1' };
const started = process.platform === 'linux' ? startOf(readFileSync('/proc/self/stat', 'latin1'))! : '';

/** A place where there is a folder with this name, with a file in it. */
function placeWith(name: string): { readonly path: string; readonly names: () => readonly string[] } {
  const path = temporary.path('place');
  mkdirSync(join(path, name), { recursive: true });
  writeFileSync(join(path, name, '1'), 'spilled');
  return { path, names: () => readdirSync(path) };
}

describe('the beginning of a process', () => {
  const line = (name: string, state: string) =>
    `7 (${name}) ${state} 1 7 7 0 -1 4194304 101 0 0 0 0 0 0 0 20 0 1 0 165425 3133440 393`;

  test.each(['node', 'a b', 'a) Z (b', ''])('is read whatever its program is called: %j', (name) => {
    expect(startOf(line(name, 'S'))).toBe('165425');
  });

  test.each(['Z', 'X'])('is none of one in the state %s, which has ended already', (state) => {
    expect(startOf(line('node', state))).toBeUndefined();
  });
});

test('without an owner that can be told, the name says nothing, and nothing is swept', async () => {
  const place = placeWith(`${folderPrefix({ ...self, pid: '999999999' })}abc123`);
  await sweepDead(place.path, undefined);
  expect(place.names()).toHaveLength(1);
  expect(folderPrefix(undefined)).toMatch(/^millrace-spill-/);
});

describe.runIf(process.platform === 'linux')('of the folders of a place', () => {
  test('that of a process that is gone is removed', async () => {
    const place = placeWith(`${folderPrefix({ ...self, pid: '999999999' })}abc123`);
    await sweepDead(place.path, self);
    expect(place.names()).toEqual([]);
  });

  test('that of a process whose number another one has now is removed', async () => {
    const place = placeWith(`${folderPrefix({ ...self, started: `${started}0` })}abc123`);
    await sweepDead(place.path, self);
    expect(place.names()).toEqual([]);
  });

  test('that of a living process stays', async () => {
    const place = placeWith(`${folderPrefix({ ...self, started })}abc123`);
    await sweepDead(place.path, self);
    expect(place.names()).toHaveLength(1);
  });

  test.each([
    ['of another container, boot or host', `millrace-spill-fedcba9876543210-999999999-1-abc123`],
    ['whose name says nothing', 'millrace-spill-abc123'],
    ['that is somebody else’s', 'other-0123456789abcdef-999999999-1-abc123'],
  ])('one %s stays', async (_what, name) => {
    const place = placeWith(name);
    await sweepDead(place.path, self);
    expect(place.names()).toEqual([name]);
  });

  test('one of another user stays: their processes may be hidden', async () => {
    const place = placeWith(`${folderPrefix({ ...self, pid: '999999999' })}abc123`);
    await sweepDead(place.path, self, process.getuid!() + 1);
    expect(place.names()).toHaveLength(1);
  });

  test('what is no folder, but a way to another one, stays, and so does that one', async () => {
    const place = placeWith('precious');
    const name = `${folderPrefix({ ...self, pid: '999999999' })}abc123`;
    symlinkSync(join(place.path, 'precious'), join(place.path, name));
    await sweepDead(place.path, self);
    expect(place.names()).toEqual([name, 'precious']);
    expect(readdirSync(join(place.path, 'precious'))).toEqual(['1']);
  });

  test('nothing is said when the place is gone', async () => {
    await expect(sweepDead(temporary.path('missing'), self)).resolves.toBeUndefined();
  });
});

test.runIf(process.platform === 'linux')('this process can be told from all others', () => {
  expect(thisOwner()).toEqual({
    realm: expect.stringMatching(/^[0-9a-f]{16}$/),
    pid: String(process.pid),
    started,
  });
});
