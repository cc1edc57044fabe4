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
  /** The one positional argument. */
  readonly argument: string | undefined;
  has(option: string): boolean;
  value(option: string): string | undefined;
  values(option: string): readonly string[];
}

export interface Invocation {
  readonly given: Arguments;
  readonly terminal: Terminal;
  readonly faults: Faults;
}

export interface Command {
  readonly name: string;
  /** One line, for lists. */
  readonly summary: string;
  /** The positional argument, e.g. `<module>`, `[command]`; absent where there is none. */
  readonly argument?: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Paragraphs under the options. */
  readonly notes?: readonly string[];
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

/** What the commands take that load a module. */
export const MODULE_OPTIONS: Readonly<Record<string, OptionSpec>> = Object.freeze({
  set: { value: 'key=value', repeatable: true, summary: 'Set a parameter of the pipeline' },
});
