import type { Faults } from './process/faults.ts';
import type { Terminal } from './terminal/terminal.ts';

export interface OptionSpec {
  /** What its value looks like, e.g. `key=value`; absent for a switch. */
  readonly value?: string;
  readonly short?: string;
  readonly repeatable?: boolean;
  readonly summary: string;
}

/** What was written behind the command's name. */
export interface Arguments {
  /** The first positional argument. */
  readonly argument: string | undefined;
  /** All of them. */
  readonly positionals: readonly string[];
  has(option: string): boolean;
  value(option: string): string | undefined;
  values(option: string): readonly string[];
}

export interface Invocation {
  /** What stands behind the name of millrace. */
  readonly argv: readonly string[];
  readonly given: Arguments;
  readonly terminal: Terminal;
  readonly faults: Faults;
}

export interface Command {
  /** As it is called; with the name of its group, where it is in one. */
  readonly name: string;
  /** What it does, for messages that begin with "Cannot". @default its name */
  readonly doing?: string;
  /** One line, for lists. */
  readonly summary: string;
  /** The positional arguments, e.g. `<module>`, `<folder> [id]`; absent where there are none. */
  readonly argument?: string;
  /** How many of them there may be. @default as many as `argument` has words */
  readonly maxArguments?: number;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Paragraphs under the options. */
  readonly notes?: readonly string[];
  /** How it is called, and what for. */
  readonly examples?: readonly (readonly [call: string, what: string])[];
  /** The commands of a group, which is called by theirs. */
  readonly commands?: readonly Command[];
  /** What the help of one module adds, e.g. its parameters. */
  moduleHelp?(invocation: Invocation): Promise<string>;
  /** Returns the exit code; what it throws is reported as wrong usage. */
  run(invocation: Invocation): Promise<number>;
}

/** What every command takes. */
export const COMMON_OPTIONS: Readonly<Record<string, OptionSpec>> = Object.freeze({
  json: { summary: 'Print one JSON document on stdout, for errors too' },
  debug: { summary: 'Show the stack of errors' },
  help: { short: 'h', summary: 'Show this help' },
});

/** What the commands take that plugins can add to. */
export const PLUGIN_OPTIONS: Readonly<Record<string, OptionSpec>> = Object.freeze({
  plugin: {
    value: 'module',
    repeatable: true,
    summary: 'Use a plugin: ./plugin.ts, or a package',
  },
});

/** What the commands take that load a module. */
export const MODULE_OPTIONS: Readonly<Record<string, OptionSpec>> = Object.freeze({
  ...PLUGIN_OPTIONS,
  set: { value: 'key=value', repeatable: true, summary: 'Set a parameter of the pipeline' },
  root: { value: 'folder', summary: 'Let a file read, write, include and import there only' },
});

/** What the commands take that read files. */
export const FILE_OPTIONS: Readonly<Record<string, OptionSpec>> = Object.freeze({
  ...PLUGIN_OPTIONS,
  from: { value: 'format', summary: 'What the input is; by its name when absent' },
  delimiter: { value: 'text', summary: 'What stands between the fields of CSV; guessed when absent' },
  'no-types': { summary: 'Leave the fields of CSV as text; else numbers and true, false are read as such' },
});

/** {@link COMMON_OPTIONS} of the commands that read files. */
export const PLAIN_OPTIONS: Readonly<Record<string, OptionSpec>> = Object.freeze({
  json: COMMON_OPTIONS.json!,
  verbose: { summary: 'Show the stack of errors' },
  help: COMMON_OPTIONS.help!,
});
