import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import type { Command } from '../../../src/cli/command.ts';
import { fromOption } from '../../../src/cli/from-option.ts';

const command: Command = {
  name: 'run',
  summary: '',
  options: { from: { value: 'time', repeatable: true, summary: '' } },
  run: async () => 0,
};

const read = (...times: string[]) =>
  fromOption(
    command,
    parseArguments(
      command,
      times.flatMap((time) => ['--from', time]),
    ),
  );

describe('--from', () => {
  test('is a day of UTC, or a time with its zone', () => {
    expect(read()).toBeUndefined();
    expect(read('2026-01-01')).toEqual(new Date('2026-01-01T00:00:00Z'));
    expect(read('2026-01-01T00:00Z')).toEqual(new Date('2026-01-01T00:00:00Z'));
    expect(read('2026-01-01t08:30:15.5+01:00')).toEqual(new Date('2026-01-01T07:30:15.500Z'));
  });

  test('may be for one reader each', () => {
    const time = new Date('2026-01-01');
    expect(read('orders=2026-01-01')).toEqual({ orders: time });
    expect(read('a=b=2026-01-01', 'c d=2026-01-01')).toEqual({ 'a=b': time, 'c d': time });
  });

  test.each([
    [['yesterday']],
    [['']],
    [['2026-01-01T08:30']],
    [['2026-02-31']],
    [['2026-13-01']],
    [['2026-01-01T25:00Z']],
    [['orders=']],
    [['=2026-01-01']],
  ])('is refused when it is %j', (times) => {
    expect(() => read(...times)).toThrow(
      expect.objectContaining({ code: 'ERR_USAGE', message: `Cannot run: --from ${times[0]} is not a time` }),
    );
  });

  test.each([
    [['2026-01-01', '2026-01-02']],
    [['2026-01-01', 'orders=2026-01-02']],
    [['orders=2026-01-01', 'orders=2026-01-02']],
  ])('is refused when nobody can tell which time is meant: %j', (times) => {
    expect(() => read(...times)).toThrow(/--from is given twice/);
  });
});
