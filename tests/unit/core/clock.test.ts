import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';

const DAY = 86_400_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('tells the time of the system', () => {
  vi.setSystemTime(1_234_567);
  expect(systemClock.now()).toBe(1_234_567);
});

test('calls back once, when the time has come', () => {
  const callback = vi.fn();
  systemClock.schedule(callback, 500);
  vi.advanceTimersByTime(499);
  expect(callback).not.toHaveBeenCalled();
  vi.advanceTimersByTime(10_000);
  expect(callback).toHaveBeenCalledOnce();
});

test('does not call back after it was cancelled, and takes a second or late cancel', () => {
  const callback = vi.fn();
  const cancel = systemClock.schedule(callback, 500);
  cancel();
  cancel();
  vi.advanceTimersByTime(1000);
  expect(callback).not.toHaveBeenCalled();
  const late = systemClock.schedule(callback, 500);
  vi.advanceTimersByTime(1000);
  late();
  expect(callback).toHaveBeenCalledOnce();
});

test('waits longer than a timer of the system can, instead of calling back at once', () => {
  const callback = vi.fn();
  systemClock.schedule(callback, 60 * DAY);
  vi.advanceTimersByTime(60 * DAY - 1);
  expect(callback).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(callback).toHaveBeenCalledOnce();
});

test('can be cancelled at any moment of a long wait, and leaves no timer', () => {
  const callback = vi.fn();
  const cancel = systemClock.schedule(callback, 60 * DAY);
  vi.advanceTimersByTime(30 * DAY);
  cancel();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(60 * DAY);
  expect(callback).not.toHaveBeenCalled();
});
