import {
  CONFIGURED,
  type CompletedCommand,
  type CompletedOption,
  type Completes,
} from './completion-spec.ts';
import { singleQuoted } from './single-quoted.ts';

/** A script for bash, from version 3.2 on. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const names = commands.filter(({ words }) => words.length === 1).map(({ words }) => words[0]);
  const groups = commands.filter(({ words }) => words.length > 1);
  return `# Completion of millrace for bash: eval "$(millrace completion bash)"
_millrace() {
  local IFS=$'\\n' cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= args=0 i word
  COMPREPLY=()
  # --option=value is three words to bash.
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == = ]]; then ((i++)); continue; fi
    if [[ $word == -?* ]]; then
      case "$command $word" in
${commands.flatMap(valued).join('')}      esac
      continue
    fi
    case "$command $word" in
${groups.map(({ words }) => `        ${singleQuoted(words.join(' '))}) command=${singleQuoted(words.join(' '))} ;;\n`).join('')}      " "*) command=$word ;;
      *) ((args++)) ;;
    esac
  done
  case "$command $prev" in
${commands.flatMap((command) => command.options.flatMap((option) => valueCase(command, option))).join('')}  esac
  if [[ $cur == -* ]]; then
    case $command in
${commands.map(optionsCase).join('')}    esac
    return
  fi
  case "$command $args" in
    " 0") ${reply({ kind: 'words', words: names })} ;;
${commands.flatMap(argsCases).join('')}  esac
}
_millrace_files() {
  local ending
  compopt -o filenames 2>/dev/null
  if (($# == 0)); then COMPREPLY=($(compgen -f -- "$cur")); return; fi
  COMPREPLY=($(compgen -d -- "$cur"; for ending; do compgen -f -X "!*.$ending" -- "$cur"; done))
}
_millrace_folders() {
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -d -- "$cur"))
}
_millrace_words() {
  COMPREPLY=($(IFS=' '; compgen -W "$1" -- "$cur"))
}
${CONFIGURED}_millrace_components() {
  local names=
  _millrace_configured && names=$(millrace components --names 2>/dev/null)
  names=\${names//$'\\n'/ }
  _millrace_words "\${names:-$1}"
}
complete -F _millrace millrace
`;
}

/** What behind an option is its value, and no argument. */
function valued({ words, options }: CompletedCommand): string[] {
  const flags = options
    .filter(({ value }) => value !== undefined)
    .flatMap((option) => flagsOf(words, option));
  if (flags.length === 0) return [];
  return [`        ${flags.join('|')}) [[ \${COMP_WORDS[i+1]} == = ]] && ((i++)); ((i++)) ;;\n`];
}

function valueCase({ words }: CompletedCommand, option: CompletedOption): string[] {
  if (option.value === undefined) return [];
  return [`    ${flagsOf(words, option).join('|')}) ${reply(option.value)}; return ;;\n`];
}

function flagsOf(words: readonly string[], { long, short }: CompletedOption): string[] {
  const flags = [`--${long}`, ...(short === undefined ? [] : [`-${short}`])];
  return flags.map((flag) => singleQuoted(`${words.join(' ')} ${flag}`));
}

function optionsCase({ words, options }: CompletedCommand): string {
  const flags = options.map(({ long }) => `--${long}`);
  return `      ${singleQuoted(words.join(' '))}) ${reply({ kind: 'words', words: flags })} ;;\n`;
}

function argsCases({ words, args, repeats }: CompletedCommand): string[] {
  return args.map((arg, at) => {
    const last = at === args.length - 1;
    const count = repeats && last ? '*' : String(at);
    return `    ${singleQuoted(`${words.join(' ')} `)}${count}) ${reply(arg)} ;;\n`;
  });
}

function reply(completes: Completes): string {
  switch (completes.kind) {
    case 'words':
      return `_millrace_words ${singleQuoted(completes.words.join(' '))}`;
    case 'components':
      return `_millrace_components ${singleQuoted(completes.words.join(' '))}`;
    case 'file':
      return ['_millrace_files', ...(completes.endings ?? [])].join(' ');
    case 'folder':
      return '_millrace_folders';
    case 'nothing':
      return ':';
  }
}
