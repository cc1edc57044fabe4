import { describe, expect, test } from 'vitest';
import { check } from '../../../src/cli/commands/check.ts';
import { explain } from '../../../src/cli/commands/explain.ts';
import { graph } from '../../../src/cli/commands/graph.ts';
import { helpFor } from '../../../src/cli/commands/help.ts';
import { run } from '../../../src/cli/commands/run.ts';
import { version } from '../../../src/cli/commands/version.ts';
import { findCommand } from '../../../src/cli/find-command.ts';
import { commandHelp, overview } from '../../../src/cli/help-text.ts';

const commands = [run, check, graph, explain, version];
const all = [...commands, helpFor(commands)];

describe('commands', () => {
  test('are found by name', () => {
    expect(findCommand('graph', all)).toBe(graph);
  });

  test.each([
    ['grpah', 'Did you mean "graph"?'],
    ['deploy', 'There are: check, explain, graph, help, run, version.'],
    ['orders.mts', 'Did you mean "millrace run orders.mts"?'],
  ])('%s is unknown, with a way out', (name, hint) => {
    expect(() => findCommand(name, all)).toThrow(expect.objectContaining({ code: 'ERR_USAGE', hint }));
  });

  test('are all in the overview, each with its summary', () => {
    for (const { name, summary } of all)
      expect(overview(all)).toMatch(new RegExp(`^ {2}${name} +${summary}$`, 'm'));
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
