import { describe, expect, test } from 'vitest';
import { standingOf } from '../../../../../src/io/connectors/sql/output-state.ts';

const state = { output: 'a', sequence: 7, since: 5, log: [] };
const changed = (message: RegExp) =>
  expect.objectContaining({ code: 'ERR_CHANGED', message: expect.stringMatching(message) });
const thrown = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('what is left to do for an output', () => {
  test('is nothing when the database has what the checkpoint has', () => {
    expect(standingOf(state, 7, 'it')).toBe('committed');
    expect(standingOf({ output: 'a', sequence: 7, since: 5 }, 7, 'it')).toBe('committed');
    expect(standingOf({ output: 'a', sequence: 0, since: 0 }, 0, 'it')).toBe('committed');
  });

  test('is to write its log when the database has what was there before', () => {
    expect(standingOf(state, 5, 'it')).toBe('replay');
    expect(standingOf({ ...state, since: 0 }, 0, 'it')).toBe('replay');
  });

  test.each([
    [
      'is ahead of the checkpoint',
      8,
      /Cannot go on with it: the database has commit 8 of it, the checkpoint commit 7: it has rows/,
    ],
    ['is older than the checkpoint', 4, /rows that were in it are gone/],
    ['knows nothing of it', 0, /the database has commit 0 of it/],
    ['is somewhere between', 6, /rows that were in it are gone/],
  ])('is nobody’s guess when the database %s', (_, committed, message) => {
    expect(thrown(() => standingOf(state, committed, 'it'))).toEqual(changed(message));
  });

  test('is nobody’s guess when rows are missing of which there is no log', () => {
    const { log: _, ...rest } = state;
    expect(thrown(() => standingOf(rest, 5, 'it'))).toEqual(changed(/rows that were in it are gone/));
  });
});
