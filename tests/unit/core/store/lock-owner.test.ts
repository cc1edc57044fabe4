import { describe, expect, test } from 'vitest';
import {
  judge,
  type LockOwner,
  locked,
  ownerHere,
  parseOwner,
} from '../../../../src/core/store/lock-owner.ts';
import { type Machine, thisMachine } from '../../../../src/core/store/machine.ts';

/** A machine on which process 7, begun at "100", is the only one. */
const machine: Machine = {
  pid: 7,
  host: 'alpha',
  boot: 'boot 1',
  processes: 'pid:[1]',
  ownName: false,
  now: () => 0,
  process: (pid) => ({ alive: pid === 7, start: pid === 7 ? '100' : undefined }),
};
const owner = ownerHere(machine, 'token');
/** Node on another system than Linux. */
const plain: Machine = {
  ...machine,
  boot: undefined,
  processes: undefined,
  process: (pid) => ({ alive: pid === 7, start: undefined }),
};

describe('the owner of a lock is', () => {
  test.each<[string, LockOwner, Machine, string]>([
    ['alive as its process is', owner, machine, 'alive'],
    ['gone without its process', { ...owner, pid: 8 }, machine, 'gone'],
    ['gone when its number was given to another process', { ...owner, start: '99' }, machine, 'gone'],
    ['gone when the machine has started anew', owner, { ...machine, boot: 'boot 2' }, 'gone'],
    ['alive on this machine under another name', owner, { ...machine, host: 'beta' }, 'alive'],
    ['elsewhere on another machine', owner, { ...machine, host: 'beta', boot: 'boot 2' }, 'elsewhere'],
    ['elsewhere in another container', owner, { ...machine, processes: 'pid:[2]' }, 'elsewhere'],
    [
      'elsewhere in a container with the name of its machine',
      { ...owner, ownName: true },
      { ...machine, processes: 'pid:[2]' },
      'elsewhere',
    ],
    [
      'gone with the container that has started anew',
      { ...owner, ownName: true },
      { ...machine, processes: 'pid:[2]', ownName: true },
      'gone',
    ],
    [
      'elsewhere in a container of another name',
      { ...owner, ownName: true },
      { ...machine, host: 'beta', processes: 'pid:[2]', ownName: true },
      'elsewhere',
    ],
    ['alive where only its number is known', ownerHere(plain, 'token'), plain, 'alive'],
    ['gone where only its number is known', { ...ownerHere(plain, 'token'), pid: 8 }, plain, 'gone'],
    [
      'elsewhere on another host where nothing else is known',
      ownerHere(plain, 't'),
      { ...plain, host: 'beta' },
      'elsewhere',
    ],
  ])('%s', (_name, given, here, verdict) => {
    expect(judge(given, here)).toBe(verdict);
  });

  test('unreadable from what is no lock', () => {
    for (const text of ['', '{', 'null', '[]', '{"pid":1}', '{"token":"a","host":"b","pid":"1","since":0}']) {
      expect(parseOwner(text)).toBeUndefined();
    }
    expect(judge(undefined, machine)).toBe('unreadable');
    expect(parseOwner(JSON.stringify(owner))).toEqual(owner);
  });
});

describe('the error for a lock', () => {
  const place = { file: '/s/lock', removal: 'remove /s/lock' };

  test('names the owner, and says what to do when it is alive', () => {
    expect(locked('the checkpoints of "orders"', place, owner, 'alive')).toMatchObject({
      code: 'ERR_LOCKED',
      message:
        'Cannot open the checkpoints of "orders": process 7 on alpha has had them open since 1970-01-01T00:00:00.000Z',
      hint: expect.stringContaining('stop it'),
      details: { pid: 7, host: 'alpha', since: '1970-01-01T00:00:00.000Z', file: '/s/lock' },
    });
  });

  test('says what to do about a number that may have been given to another process, where that is not told', () => {
    expect(locked('it', place, ownerHere(plain, 'token'), 'alive').hint).toMatch(
      /another by now, remove \/s\/lock/,
    );
    expect(locked('it', place, owner, 'alive').hint).not.toContain('remove');
  });

  test('says how to take over from one that cannot be seen, or cannot be read', () => {
    expect(locked('it', place, owner, 'elsewhere').hint).toMatch(
      /takeOver: true \(--take-over\), or remove \/s\/lock/,
    );
    expect(locked('it', place, undefined, 'unreadable').hint).toMatch(
      /takeOver: true \(--take-over\), or remove \/s\/lock/,
    );
    const inside = { file: '/s.db', lock: 'a row of /s.db', removal: 'delete it' };
    expect(locked('it', inside, undefined, 'unreadable')).toMatchObject({
      message: 'Cannot open it: a row of /s.db is no lock that millrace wrote',
      hint: expect.stringMatching(/or delete it\.$/),
      details: { file: '/s.db' },
    });
    expect(locked('it', place, { ...owner, since: 9e15 }, 'alive').message).toContain('an unknown time');
  });
});

test('this machine knows this process, and none of a number that cannot be', () => {
  const here = thisMachine();
  expect(here.process(process.pid)).toMatchObject({ alive: true });
  expect(here.process(2 ** 22 + 1)).toMatchObject({ alive: false });
  expect(judge(ownerHere(here, 'token'), here)).toBe('alive');
});
