import type { Command, OptionSpec } from '../command.ts';
import { FORMATS } from '../files/file-format.ts';

/** What a word of the command line may be. */
export type Completes =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** Names of components: these, or what the command says where a configuration names plugins. */
  | { readonly kind: 'components'; readonly words: readonly string[] }
  | { readonly kind: 'file'; readonly endings?: readonly string[] }
  | { readonly kind: 'folder' }
  | { readonly kind: 'nothing' };

export interface CompletedOption {
  readonly long: string;
  readonly short?: string;
  readonly summary: string;
  readonly repeatable: boolean;
  /** Its value; absent for a switch. */
  readonly value?: Completes & { readonly name: string };
}

/** A command as shells see it. */
export interface CompletedCommand {
  /** One word, or two for one of a group. */
  readonly words: readonly [string, ...string[]];
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** Its arguments; the last one is all that follow, where `repeats`. */
  readonly args: readonly Completes[];
  readonly repeats: boolean;
}

const MODULE_ENDINGS = ['ts', 'mts', 'js', 'mjs', 'yaml', 'yml', 'json'];

/** Checkpoints are in folders, or in such files. */
const STORE_ENDINGS = ['db', 'db3', 'sqlite', 'sqlite3'];

const NOTHING: Completes = { kind: 'nothing' };

/** By what stands for a value in help. */
const VALUES: Readonly<Record<string, Completes>> = Object.freeze({
  file: { kind: 'file' },
  module: { kind: 'file' },
  folder: { kind: 'folder' },
  store: { kind: 'file', endings: STORE_ENDINGS },
  format: { kind: 'words', words: FORMATS },
  guarantee: { kind: 'words', words: ['exactly-once', 'at-least-once'] },
});

/** What is known by name only when it is asked for. */
export interface Names {
  readonly components: readonly string[];
}

/** What shells have to know of the commands: all of it is said by their own descriptions. */
export function completionSpec(
  commands: readonly Command[],
  { components }: Names,
): readonly CompletedCommand[] {
  const top = commands.map(({ name }) => name);
  const args: Readonly<Record<string, Completes>> = {
    module: { kind: 'file', endings: MODULE_ENDINGS },
    command: { kind: 'words', words: top },
    subcommand: NOTHING,
    name: { kind: 'components', words: components },
    folder: { kind: 'folder' },
    store: { kind: 'file', endings: STORE_ENDINGS },
    id: NOTHING,
  };
  return commands.flatMap((command) => [command, ...(command.commands ?? [])]).map(completed);

  function completed({
    name,
    summary,
    argument = '',
    options,
    commands: inner = [],
    maxArguments = 0,
  }: Command): CompletedCommand {
    const words = argument.split(' ').filter((word) => word !== '');
    const subcommands: Completes = {
      kind: 'words',
      words: inner.map((one) => one.name.slice(name.length + 1)),
    };
    return {
      words: name.split(' ') as [string, ...string[]],
      summary,
      options: Object.entries(options).map(([long, spec]) => completedOption(long, spec)),
      args: inner.length > 0 ? [subcommands] : words.map((word) => argumentOf(word)),
      repeats: maxArguments === Number.POSITIVE_INFINITY,
    };
  }

  /** `<module>`, `[name]`, `<file…>`, `<bash|zsh|fish>`. */
  function argumentOf(word: string): Completes {
    const bare = word.replaceAll(/[<>[\]…]/g, '');
    if (bare.includes('|')) return { kind: 'words', words: bare.split('|') };
    return args[bare] ?? { kind: 'file' };
  }
}

function completedOption(long: string, { value, short, summary, repeatable }: OptionSpec): CompletedOption {
  return {
    long,
    summary,
    repeatable: repeatable === true,
    ...(short !== undefined && { short }),
    ...(value !== undefined && { value: { ...completedValue(value), name: value } }),
  };
}

function completedValue(value: string): Completes {
  if (value.includes('|')) return { kind: 'words', words: value.split('|') };
  return VALUES[value] ?? NOTHING;
}

/**
 * A function of bash and zsh: whether there is a configuration where `findConfig` may look for one. The command is asked for names there only,
 * as it takes longer than words that are known, and loads plugins.
 */
export const CONFIGURED = `_millrace_configured() {
  local at=$PWD ending
  while :; do
    for ending in ts mts js mjs; do [[ -f $at/millrace.config.$ending ]] && return; done
    if [[ -e $at/.git || -z $at || $at == / ]]; then return 1; fi
    at=\${at%/*}
  done
}
`;
