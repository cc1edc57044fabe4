import { describe, expect, test } from 'vitest';
import { virtualClock } from '../../../src/testing/virtual-clock.ts';

describe('a virtual clock', () => {
  test('runs timers in the order of their time, those of one time in the order of their making', async () => {
    const clock = virtualClock(1000);
    const ran: [string, number][] = [];
    for (const [name, ms] of [
      ['late', 30],
      ['first', 10],
      ['second', 10],
      ['never', 31],
    ] as const) {
      clock.schedule(() => ran.push([name, clock.now()]), ms);
    }
    await clock.advance(30);
    expect(ran).toEqual([
      ['first', 1010],
      ['second', 1010],
      ['late', 1030],
    ]);
    expect(clock.now()).toBe(1030);
    expect(clock.pending).toBe(1);
  });

  test('lets promises settle between timers, and runs what they schedule on the way', async () => {
    const clock = virtualClock();
    const ran: number[] = [];
    const tick = async () => {
      await Promise.resolve();
      ran.push(clock.now());
      if (ran.length < 3) clock.schedule(() => void tick(), 10);
    };
    clock.schedule(() => void tick(), 10);
    await clock.advance(100);
    expect(ran).toEqual([10, 20, 30]);
  });

  test('forgets what was cancelled; cancelling twice or too late does nothing', async () => {
    const clock = virtualClock();
    let ran = 0;
    const cancel = clock.schedule(() => ran++, 5);
    const late = clock.schedule(() => ran++, 5);
    cancel();
    cancel();
    await clock.advance(5);
    late();
    expect(ran).toBe(1);
    expect(clock.pending).toBe(0);
  });
});
