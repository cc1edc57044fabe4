import { describe, expect, test } from 'vitest';
import { Lifecycle } from '../../../src/core/lifecycle.ts';
import { turns } from '../../../src/testing/turns.ts';

/** A lifecycle with parts that note when they are cleaned up. */
function noted(...parts: string[]) {
  const done: string[] = [];
  const lifecycle = new Lifecycle();
  for (const part of parts) lifecycle.add(part, () => void done.push(part));
  return { lifecycle, done };
}

describe('a lifecycle', () => {
  test('cleans up what was opened last first, as it may need what was opened before', async () => {
    const { lifecycle, done } = noted('file', 'timer', 'socket');
    expect(await lifecycle.close()).toEqual([]);
    expect(done).toEqual(['socket', 'timer', 'file']);
  });

  test('waits for each cleanup before the next', async () => {
    const { lifecycle, done } = noted('file');
    const slow = Promise.withResolvers<void>();
    lifecycle.add('slow', () => slow.promise);
    const closed = lifecycle.close();
    await turns();
    expect(done).toEqual([]);
    slow.resolve();
    await closed;
    expect(done).toEqual(['file']);
  });

  test('cleans up the others when one fails, and hands out every failure in order', async () => {
    const { lifecycle, done } = noted('file');
    lifecycle.add('throws', () => {
      throw new Error('thrown');
    });
    lifecycle.add('rejects', () => Promise.reject(new Error('rejected')));
    lifecycle.add('throws nothing', () => {
      throw undefined;
    });
    expect(await lifecycle.close()).toEqual([undefined, new Error('rejected'), new Error('thrown')]);
    expect(done).toEqual(['file']);
  });

  test('cleans up each part once, however often and whenever it is closed', async () => {
    const { lifecycle, done } = noted('file', 'timer');
    lifecycle.add('broken', () => Promise.reject(new Error('broken')));
    const all = await Promise.all([lifecycle.close(), lifecycle.close()]);
    all.push(await lifecycle.close());
    expect(done).toEqual(['timer', 'file']);
    expect(all).toEqual([[new Error('broken')], [new Error('broken')], [new Error('broken')]]);
  });

  test('a cleanup that closes again gets the closing under way, not a second one', async () => {
    const { lifecycle, done } = noted('file');
    let again: Promise<unknown[]> | undefined;
    lifecycle.add('reentrant', () => {
      again = lifecycle.close();
    });
    const closed = lifecycle.close();
    expect(again).toBe(closed);
    await closed;
    expect(done).toEqual(['file']);
  });

  test('refuses what is opened too late, which would leak, naming it', async () => {
    const { lifecycle } = noted();
    await lifecycle.close();
    expect(() => lifecycle.add('watchdog', () => {})).toThrow(
      expect.objectContaining({
        code: 'ERR_INTERNAL',
        message: 'Cannot open watchdog: the run is closed already',
      }),
    );
  });

  test('refuses what a cleanup opens, from the first cleanup on', async () => {
    const { lifecycle } = noted();
    lifecycle.add('opener', () => lifecycle.add('late', () => {}));
    expect(await lifecycle.close()).toEqual([expect.objectContaining({ code: 'ERR_INTERNAL' })]);
  });
});
