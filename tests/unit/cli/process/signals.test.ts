import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Signals } from '../../../../src/cli/process/signals.ts';

let seen: string[];
let signals: Signals;
beforeEach(() => {
  vi.useFakeTimers();
  seen = [];
  signals = new Signals({
    stop: () => seen.push('stop'),
    stopping: (signal) => seen.push(`stopping ${signal}`),
    abort: (signal) => seen.push(`abort ${signal}`),
    force: (code) => seen.push(`force ${code}`),
  });
});
afterEach(() => {
  signals.release();
  vi.useRealTimers();
});

function send(signal: 'SIGINT' | 'SIGTERM'): void {
  process.emit(signal, signal);
}

describe('signals', () => {
  test('ask for no code as long as none comes', () => {
    expect(signals.code).toBe(undefined);
  });

  test('stop first, then abort, then force', () => {
    send('SIGINT');
    expect(seen).toEqual(['stop']);
    vi.advanceTimersByTime(250);
    send('SIGINT');
    vi.advanceTimersByTime(250);
    send('SIGINT');
    expect(seen).toEqual(['stop', 'stopping SIGINT', 'abort SIGINT', 'force 130']);
  });

  test('that npm passes on once more are not a second Ctrl-C', () => {
    send('SIGINT');
    send('SIGINT');
    vi.advanceTimersByTime(249);
    send('SIGINT');
    expect(seen).toEqual(['stop']);
  });

  test('of the other kind are no echo; the last one decides the code', () => {
    send('SIGINT');
    expect(signals.code).toBe(130);
    send('SIGTERM');
    expect(seen).toEqual(['stop', 'abort SIGTERM']);
    expect(signals.code).toBe(143);
  });

  test('leave no listener and no timer behind', () => {
    send('SIGTERM');
    signals.release();
    expect(process.listenerCount('SIGINT') + process.listenerCount('SIGTERM')).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
