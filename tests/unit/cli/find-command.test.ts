import { describe, expect, test } from 'vitest';
import { check } from '../../../src/cli/commands/check.ts';
import { checkpoints } from '../../../src/cli/commands/checkpoints/checkpoints.ts';
import { explain } from '../../../src/cli/commands/explain.ts';
import { graph } from '../../../src/cli/commands/graph.ts';
import { helpFor } from '../../../src/cli/commands/help.ts';
import { run } from '../../../src/cli/commands/run.ts';
import { version } from '../../../src/cli/commands/version.ts';
import { commandOf, findCommand } from '../../../src/cli/find-command.ts';
import { commandHelp, overview } from '../../../src/cli/help-text.ts';

const commands = [run, check, graph, explain, checkpoints, version];
const top = [...commands, helpFor(commands)];
const all = [...top, ...checkpoints.commands!];

describe('commands', () => {
  test('are found by name', () => {
    expect(findCommand('graph', top)).toBe(graph);
  });

  test.each([
    ['grpah', 'Did you mean "graph"?'],
    ['deploy', 'There are: check, checkpoints, explain, graph, help, run, version.'],
    ['orders.mts', 'Did you mean "millrace run orders.mts"?'],
  ])('%s is unknown, with a way out', (name, hint) => {
    expect(() => findCommand(name, top)).toThrow(expect.objectContaining({ code: 'ERR_USAGE', hint }));
  });

  test('of a group are found by both names, and the group by its own', () => {
    expect(commandOf(['graph', 'orders.ts'], top)).toMatchObject({ command: graph, words: 1 });
    expect(commandOf(['checkpoints'], top)).toMatchObject({ command: checkpoints, words: 1 });
    expect(commandOf(['checkpoints', '--help'], top)).toMatchObject({ command: checkpoints, words: 1 });
    const { command, words } = commandOf(['checkpoints', 'show', './state'], top);
    expect([command.name, words]).toEqual(['checkpoints show', 2]);
  });

  test.each([
    ['lsit', 'Did you mean "list"?'],
    ['./state', 'Say what to do with it, e.g. "millrace checkpoints list ./state".'],
    ['everything', 'There are: list, prune, reset, show, verify.'],
  ])('a group has no %s, with a way out', (name, hint) => {
    expect(() => commandOf(['checkpoints', name], top)).toThrow(
      expect.objectContaining({ code: 'ERR_USAGE', hint }),
    );
  });

  test('of a group are all in its help, and examples stand beneath the options', () => {
    const help = commandHelp(checkpoints);
    expect(help).toContain('Usage: millrace checkpoints <command> [options]');
    for (const { name, summary } of checkpoints.commands!)
      expect(help).toMatch(new RegExp(`^ {2}${name} .*${summary}$`, 'm'));
    expect(commandHelp(checkpoints.commands![0]!)).toMatch(
      /Examples:\n {2}millrace checkpoints list \.\/state {2}\S/,
    );
  });

  test('are all in the overview, each with its summary', () => {
    for (const { name, summary } of top)
      expect(overview(top)).toMatch(new RegExp(`^ {2}${name} +${summary}$`, 'm'));
  });

  test('show each of their options in their help, and how they are called', () => {
    for (const command of all) {
      const help = commandHelp(command);
      expect(help).toContain(`Usage: millrace ${command.name}`);
      for (const option of Object.keys(command.options)) expect(help).toContain(`--${option}`);
    }
  });

  test('take --json, --debug and --help, all of them', () => {
    for (const { options } of all)
      expect(Object.keys(options)).toEqual(expect.arrayContaining(['json', 'debug', 'help']));
  });

  test('keep help within the width of a terminal', () => {
    for (const command of all) {
      for (const line of commandHelp(command).split('\n')) expect(line.length).toBeLessThanOrEqual(120);
    }
  });
});
