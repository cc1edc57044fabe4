import {
  CONFIGURED,
  type CompletedCommand,
  type CompletedOption,
  type Completes,
} from './completion-spec.ts';
import { singleQuoted } from './single-quoted.ts';

/** A script for zsh, for a file \`_millrace\` in \`$fpath\`, or to be evaluated. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const top = commands.filter(({ words }) => words.length === 1);
  return `#compdef millrace
# Completion of millrace for zsh: eval "$(millrace completion zsh)"
_millrace() {
  local -a commands
  if ((CURRENT == 2)); then
    commands=(
${top.map(described).join('')}    )
    _describe command commands
    return
  fi
  case $words[2] in
${top.map((command) => commandCase(command, commands)).join('')}  esac
}
${CONFIGURED}_millrace_components() {
  local -a names
  _millrace_configured && names=(\${(f)"$(millrace components --names 2>/dev/null)"})
  (($#names)) || names=("$@")
  compadd -a names
}
if [[ $funcstack[1] == _millrace ]]; then _millrace "$@"; else compdef _millrace millrace; fi
`;
}

function described({ words, summary }: CompletedCommand): string {
  return `      ${singleQuoted(`${words.at(-1)!.replaceAll(':', '\\:')}:${summary}`)}\n`;
}

function commandCase(command: CompletedCommand, all: readonly CompletedCommand[]): string {
  const [name] = command.words;
  const inner = all.filter(({ words }) => words.length === 2 && words[0] === name);
  if (inner.length === 0)
    return `    ${name})\n      shift words; ((CURRENT--))\n${argumentsOf(command, '      ')}      ;;\n`;
  return `    ${name})
      if ((CURRENT == 3)); then
        commands=(
${inner.map((one) => `  ${described(one)}`).join('')}        )
        _describe command commands
        return
      fi
      case $words[3] in
${inner.map((one) => `        ${one.words[1]})\n          shift 2 words; ((CURRENT -= 2))\n${argumentsOf(one, '          ')}          ;;\n`).join('')}      esac
      ;;
`;
}

function argumentsOf({ options, args, repeats }: CompletedCommand, margin: string): string {
  const specs = [
    ...options.flatMap(optionSpecs),
    ...args.map((arg, at) => {
      const many = repeats && at === args.length - 1;
      return singleQuoted(`${many ? '*' : at + 1}:argument:${action(arg)}`);
    }),
  ];
  return `${margin}_arguments -S \\\n${specs.map((spec) => `${margin}  ${spec}`).join(' \\\n')}\n`;
}

/** One for each way to write it; those that may be written once exclude one another. */
function optionSpecs({ long, short, summary, repeatable, value }: CompletedOption): string[] {
  const flags = [`--${long}`, ...(short === undefined ? [] : [`-${short}`])];
  const excluded = repeatable ? '*' : `(${flags.join(' ')})`;
  const text = summary.replaceAll(/[\\[\]:]/g, '\\$&');
  return flags.map((flag) => {
    if (value === undefined) return singleQuoted(`${excluded}${flag}[${text}]`);
    const join = flag.startsWith('--') ? '=' : '+';
    return singleQuoted(
      `${excluded}${flag}${join}[${text}]:${value.name.replaceAll(':', '\\:')}:${action(value)}`,
    );
  });
}

function action(completes: Completes): string {
  switch (completes.kind) {
    case 'words':
      return `(${completes.words.join(' ')})`;
    // What begins with a blank is called as it is.
    case 'components':
      return ` _millrace_components ${completes.words.join(' ')}`;
    case 'file':
      return completes.endings === undefined ? '_files' : `_files -g "*.(${completes.endings.join('|')})"`;
    case 'folder':
      return '_files -/';
    case 'nothing':
      return ' ';
  }
}
