import type { CompletedCommand, CompletedOption, Completes } from './completion-spec.ts';

/** A script for fish. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const inner = (name: string) =>
    commands.filter(({ words }) => words.length === 2 && words[0] === name).map(({ words }) => words[1]!);
  const lines = commands.flatMap((command) => {
    const [name, second] = command.words;
    const siblings = inner(name).join(' ');
    const seen = `__fish_seen_subcommand_from ${name}`;
    const among =
      second === undefined
        ? `${seen}${siblings === '' ? '' : `; and not __fish_seen_subcommand_from ${siblings}`}`
        : `${seen}; and __fish_seen_subcommand_from ${second}`;
    const offered =
      second === undefined
        ? '__fish_use_subcommand'
        : `${seen}; and not __fish_seen_subcommand_from ${siblings}`;
    return [
      complete(offered, `-a ${quoted(second ?? name)} -d ${quoted(command.summary)}`),
      ...command.args.flatMap((arg) => argument(among, arg, second === undefined && siblings !== '')),
      ...command.options.map((option) => complete(among, optionText(option))),
    ];
  });
  return `# Completion of millrace for fish: millrace completion fish | source\n${FUNCTIONS}complete -c millrace -f\n${lines.join('\n')}\n`;
}

/** As those of the other shells: the command is asked where a configuration names plugins. */
const FUNCTIONS = `function __millrace_configured
    set -l at $PWD
    while true
        for ending in ts mts js mjs
            test -f "$at/millrace.config.$ending"; and return 0
        end
        if test -e "$at/.git"; or test -z "$at"; or test "$at" = /
            return 1
        end
        set at (string replace -r '/[^/]*$' '' -- "$at")
    end
end
function __millrace_components
    if __millrace_configured
        millrace components --names 2>/dev/null; and return
    end
    string join \\n -- $argv
end
`;

function complete(condition: string, what: string): string {
  return `complete -c millrace -n ${quoted(condition)} ${what}`;
}

/** The commands of a group are offered with their summaries already. */
function argument(condition: string, arg: Completes, group: boolean): string[] {
  if (group || arg.kind === 'nothing') return [];
  return [complete(condition, offer(arg))];
}

function optionText({ long, short, summary, value }: CompletedOption): string {
  const flags = `${short === undefined ? '' : `-s ${short} `}-l ${long}`;
  const takes = value === undefined ? '' : value.kind === 'nothing' ? ' -x' : ` -r ${offer(value)}`;
  return `${flags}${takes} -d ${quoted(summary)}`;
}

function offer(completes: Completes): string {
  switch (completes.kind) {
    case 'words':
      return `-f -a ${quoted(completes.words.join(' '))}`;
    case 'components':
      return `-f -a ${quoted(`(__millrace_components ${completes.words.join(' ')})`)}`;
    case 'file':
      return '-F';
    case 'folder':
      return "-f -a '(__fish_complete_directories)'";
    case 'nothing':
      return '-f';
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
