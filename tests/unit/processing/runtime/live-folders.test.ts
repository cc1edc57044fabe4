import { mkdirSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { keepTrackOf, released } from '../../../../src/processing/runtime/spill/live-folders.ts';
import { temporaryFolder } from '../../../conformance/folder.ts';

const temporary = temporaryFolder();
const made: string[] = [];

function tracked(): string {
  const path = temporary.path('live');
  mkdirSync(path);
  made.push(path);
  keepTrackOf(path);
  return path;
}

afterEach(() => {
  for (const path of made.splice(0)) released(path);
});

// A signal that the tests are not ended by, whichever way they run.
const listening = () => process.listenerCount('SIGHUP');
const settled = () => Promise.resolve();

describe('while there are folders', () => {
  test('signals that nobody handles are listened to, once for all of them', () => {
    const before = [listening(), process.listenerCount('exit'), process.listenerCount('newListener')];
    const [first, second] = [tracked(), tracked()];
    expect(listening()).toBe(before[0]! + 1);
    released(first);
    expect(listening()).toBe(before[0]! + 1);
    released(second);
    released(second);
    expect([listening(), process.listenerCount('exit'), process.listenerCount('newListener')]).toEqual(
      before,
    );
  });

  test('a signal that somebody handles already is theirs', () => {
    const theirs = () => {};
    process.on('SIGHUP', theirs);
    tracked();
    expect(process.listeners('SIGHUP')).toEqual([theirs]);
    process.off('SIGHUP', theirs);
  });

  test('whoever comes later has the signal alone, and it is listened to again when they have gone', async () => {
    tracked();
    const [own] = process.listeners('SIGHUP');
    const theirs = () => {};
    process.on('SIGHUP', theirs);
    await settled();
    expect(process.listeners('SIGHUP')).toEqual([theirs]);
    process.off('SIGHUP', theirs);
    await settled();
    expect(process.listeners('SIGHUP')).toEqual([own]);
  });

  test('listeners that come and go at once change nothing', async () => {
    tracked();
    const before = process.listeners('SIGHUP');
    const theirs = () => {};
    process.once('SIGHUP', theirs);
    process.off('SIGHUP', theirs);
    await settled();
    expect(process.listeners('SIGHUP')).toEqual(before);
  });

  test('a change that comes with the end of the last folder leaves no listener', async () => {
    const folder = tracked();
    const theirs = () => {};
    process.on('SIGHUP', theirs);
    process.off('SIGHUP', theirs);
    released(folder);
    await settled();
    expect(listening()).toBe(0);
  });
});
