import type { Command, OptionSpec } from './command.ts';
import { table } from './terminal/table.ts';

const WIDTH = 88;

/** What millrace can do. */
export function overview(commands: readonly Command[]): string {
  return `${[
    'millrace: streaming dataflow pipelines for Node.js',
    '',
    'Usage: millrace <command> [module or files] [options]',
    '',
    'Commands:',
    ...pairs(commands.map(listed)),
    '',
    'A module is a .ts, .mts, .js or .mjs file whose default export is a pipeline, or a function of',
    'parameters that returns one; its export `params` is the zod object schema of the parameters. Or it',
    'is a .yaml, .yml or .json file, which needs no code: see "millrace components".',
    '',
    'See "millrace help <command>", and "millrace run <module> --help" for the parameters of a pipeline.',
  ].join('\n')}\n`;
}

/** What one command takes. */
export function commandHelp(command: Command): string {
  const { name, summary, argument, options, commands = [], notes = [], examples = [] } = command;
  const takes = commands.length > 0 ? '<command>' : argument;
  const usage = ['millrace', name, ...(takes === undefined ? [] : [takes]), '[options]'];
  return `${[
    summary,
    '',
    `Usage: ${usage.join(' ')}`,
    '',
    ...(commands.length === 0 ? [] : ['Commands:', ...pairs(commands.map(listed)), '']),
    'Options:',
    ...pairs(Object.entries(options).map(([option, spec]) => [optionName(option, spec), spec.summary])),
    ...(examples.length === 0 ? [] : ['', 'Examples:', ...pairs(examples)]),
    ...notes.flatMap((note) => ['', ...wrap(note)]),
  ].join('\n')}\n`;
}

function listed({ name, argument, summary }: Command): readonly [string, string] {
  return [name.includes(' ') && argument !== undefined ? `${name} ${argument}` : name, summary];
}

function optionName(name: string, { short, value }: OptionSpec): string {
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` <${value}>`}`;
}

function pairs(rows: readonly (readonly [string, string])[]): string[] {
  return table<readonly [string, string]>(
    [
      { title: '', align: 'left', cell: ([left]) => `  ${left}` },
      { title: '', align: 'left', cell: ([, right]) => right },
    ],
    rows,
  ).slice(1);
}

function wrap(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
