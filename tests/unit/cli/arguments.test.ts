import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import type { Command } from '../../../src/cli/command.ts';

const command: Command = {
  name: 'run',
  summary: '',
  argument: '<module>',
  options: {
    set: { value: 'key=value', repeatable: true, summary: '' },
    quiet: { short: 'q', summary: '' },
    'stall-after': { value: 'duration', summary: '' },
  },
  run: async () => 0,
};

function refusal(...argv: string[]): unknown {
  try {
    return parseArguments(command, argv);
  } catch (error) {
    return error;
  }
}

describe('arguments', () => {
  test('are told apart: one argument, switches, values, repeated values', () => {
    const given = parseArguments(command, [
      '-q',
      'a.ts',
      '--set',
      'a=1',
      '--set=b=2 3',
      '--stall-after',
      '5m',
    ]);
    expect(given.argument).toBe('a.ts');
    expect(given.has('quiet')).toBe(true);
    expect(given.values('set')).toEqual(['a=1', 'b=2 3']);
    expect(given.value('stall-after')).toBe('5m');
  });

  test('that were not given are absent', () => {
    const given = parseArguments(command, []);
    expect([given.argument, given.has('quiet'), given.value('set'), given.values('set')]).toEqual([
      undefined,
      false,
      undefined,
      [],
    ]);
  });

  test('are as many as the command takes', () => {
    const two: Command = {
      ...command,
      name: 'checkpoints show',
      doing: 'show a checkpoint',
      argument: '<folder> [id]',
    };
    expect(parseArguments(two, ['state', '7']).positionals).toEqual(['state', '7']);
    expect(() => parseArguments(two, ['state', '7', '8'])).toThrow(
      expect.objectContaining({ message: 'Cannot show a checkpoint: "8" is one argument too many' }),
    );
  });

  test('behind -- are no options', () => {
    expect(parseArguments(command, ['--', '--set']).argument).toBe('--set');
  });

  test('take values that begin with a dash only where they cannot be an option', () => {
    expect(parseArguments(command, ['--set', '-1=2', '--set=--a=1']).values('set')).toEqual([
      '-1=2',
      '--a=1',
    ]);
    expect(refusal('--set', '--quiet')).toMatchObject({ code: 'ERR_USAGE' });
  });

  test.each([
    [['--quite'], 'Cannot run: there is no option --quite', 'Did you mean --quiet?'],
    [['--constructor'], 'Cannot run: there is no option --constructor', 'See "millrace run --help".'],
    [['-z'], 'Cannot run: there is no option -z', 'See "millrace run --help".'],
    [['--quiet=1'], 'Cannot run: --quiet takes no value', 'See "millrace run --help".'],
    [['--set'], 'Cannot run: --set needs a value: --set <key=value>', 'See "millrace run --help".'],
    [
      ['--stall-after=1s', '--stall-after=2s'],
      'Cannot run: --stall-after is given twice',
      'See "millrace run --help".',
    ],
    [['a.ts', 'b.ts'], 'Cannot run: "b.ts" is one argument too many', 'See "millrace run --help".'],
  ])('%j are refused', (argv, message, hint) => {
    expect(refusal(...argv)).toMatchObject({ code: 'ERR_USAGE', message, hint });
  });
});
