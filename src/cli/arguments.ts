import { parseArgs } from 'node:util';
import { didYouMean } from '../core/did-you-mean.ts';
import { MillraceError } from '../core/errors.ts';
import type { Arguments, Command, OptionSpec } from './command.ts';

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/**
 * Reads what stands behind a command's name.
 *
 * @throws MillraceError `ERR_USAGE` for unknown options, missing or superfluous values and arguments.
 */
export function parseArguments(command: Command, argv: readonly string[]): Arguments {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(command.options).map(([name, { value, short }]) => [
        name,
        {
          type: value === undefined ? ('boolean' as const) : ('string' as const),
          multiple: true,
          ...(short === undefined ? {} : { short }),
        },
      ]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const options = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const value = checkOption(command, token);
    const values = options.get(token.name) ?? [];
    if (values.length > 0 && value !== undefined && command.options[token.name]!.repeatable !== true) {
      throw usage(command, `${token.rawName} is given twice`);
    }
    options.set(token.name, value === undefined ? values : [...values, value]);
  }
  const { maxArguments = command.argument?.split(' ').length ?? 0 } = command;
  if (positionals.length > maxArguments) {
    throw usage(command, `"${positionals.at(-1)}" is one argument too many`);
  }
  return {
    argument: positionals[0],
    positionals,
    has: (option) => options.has(option),
    value: (option) => options.get(option)?.[0],
    values: (option) => options.get(option) ?? [],
  };
}

/** @throws MillraceError `ERR_USAGE` that sends the reader to the command's help. */
export function usage(command: Pick<Command, 'name' | 'doing'>, found: string, hint?: string): MillraceError {
  return new MillraceError('ERR_USAGE', `Cannot ${command.doing ?? command.name}: ${found}`, {
    hint: hint ?? `See "millrace ${command.name} --help".`,
  });
}

function checkOption(command: Command, token: OptionToken): string | undefined {
  const { name, rawName, value, inlineValue } = token;
  const spec = Object.hasOwn(command.options, name) ? command.options[name] : undefined;
  if (spec === undefined) throw usage(command, `there is no option ${rawName}`, suggestion(command, name));
  if (spec.value === undefined) {
    if (inlineValue === true) throw usage(command, `${rawName} takes no value`);
    return undefined;
  }
  if (value === undefined || (inlineValue !== true && value.startsWith('--'))) {
    throw usage(command, `${rawName} needs a value: ${rawName} ${placeholder(spec)}`);
  }
  return value;
}

function suggestion(command: Command, name: string): string {
  const found = didYouMean(name, Object.keys(command.options));
  const near = /^Did you mean "(.*)"\?$/.exec(found)?.[1];
  return near === undefined ? `See "millrace ${command.name} --help".` : `Did you mean --${near}?`;
}

export function placeholder({ value }: OptionSpec): string {
  return `<${value}>`;
}
