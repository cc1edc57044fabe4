import { didYouMean } from '../../core/did-you-mean.ts';
import { usage } from '../arguments.ts';
import { COMMON_OPTIONS, type Command } from '../command.ts';
import type { CompletedCommand } from '../completion/completion-spec.ts';
import { EXIT } from '../exit-code.ts';
import { jsonLine } from '../terminal/error-text.ts';

type Script = (commands: readonly CompletedCommand[]) => string;

const SHELLS: Readonly<Record<string, () => Promise<Script>>> = Object.freeze({
  bash: async () => (await import('../completion/bash.ts')).bashCompletion,
  zsh: async () => (await import('../completion/zsh.ts')).zshCompletion,
  fish: async () => (await import('../completion/fish.ts')).fishCompletion,
});

/** `millrace completion`, which knows the other commands. */
export function completionFor(others: () => readonly Command[]): Command {
  const completion: Command = Object.freeze({
    name: 'completion',
    doing: 'complete commands',
    summary: 'Print a script by which bash, zsh or fish completes commands, options and names',
    argument: `<${Object.keys(SHELLS).join('|')}>`,
    options: COMMON_OPTIONS,
    examples: [
      ['eval "$(millrace completion bash)"', 'in ~/.bashrc'],
      ['eval "$(millrace completion zsh)"', 'in ~/.zshrc, behind compinit'],
      ['millrace completion fish > ~/.config/fish/completions/millrace.fish', 'once'],
    ],
    notes: ['It knows the commands of this version: make it again after an update.'],
    async run({ given, terminal }) {
      const shell = given.argument;
      if (shell === undefined || !Object.hasOwn(SHELLS, shell)) {
        const found = shell === undefined ? 'no shell is named' : `there is no script for "${shell}"`;
        throw usage(completion, found, didYouMean(shell ?? '', Object.keys(SHELLS)));
      }
      const { completionSpec } = await import('../completion/completion-spec.ts');
      const { builtins } = await import('../../builtins.ts');
      const { componentPage } = await import('../../spec/component-page.ts');
      const pages = (['reader', 'operator', 'writer'] as const).flatMap((kind) => builtins().list(kind));
      const components = [...new Set(pages.map((one) => componentPage(one).name))].toSorted();
      const script = (await SHELLS[shell]!())(completionSpec(others(), { components }));
      terminal.print(given.has('json') ? jsonLine({ shell, script }) : script);
      return EXIT.done;
    },
  } satisfies Command);
  return completion;
}
