import { didYouMean } from '../../core/did-you-mean.ts';
import type { Registry } from '../../core/registry.ts';
import type { ComponentPage, OptionPage } from '../../spec/component-page.ts';
import { usage } from '../arguments.ts';
import { COMMON_OPTIONS, type Command, PLUGIN_OPTIONS } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { valueText } from '../parameters/parameters.ts';
import { pluginRegistry } from '../plugins/given-plugins.ts';
import { jsonLine } from '../terminal/error-text.ts';
import { table } from '../terminal/table.ts';

const KINDS = ['reader', 'operator', 'writer'] as const;

/** `millrace components`: what pipelines that are files can be made of. */
export const components: Command = Object.freeze({
  name: 'components',
  summary: 'List readers, operators and writers, or show the options of one',
  argument: '[name]',
  options: { ...PLUGIN_OPTIONS, ...COMMON_OPTIONS },
  notes: ['A name may belong to a reader and a writer: both are shown.'],
  async run({ given, terminal }) {
    const registry = await pluginRegistry(given);
    const { componentPage } = await import('../../spec/component-page.ts');
    const { componentExample } = await import('../../spec/component-example.ts');
    const all = pagesOf(registry, componentPage);
    const { argument } = given;
    const found = argument === undefined ? all : all.filter(({ name }) => name === argument);
    if (found.length === 0) {
      const names = [...new Set(all.map(({ name }) => name))];
      throw usage(components, `there is no component "${argument}"`, didYouMean(argument!, names));
    }
    const shown = (page: ComponentPage) => pageText(page, componentExample(page));
    if (given.has('json')) {
      terminal.print(jsonLine(found.map((page) => ({ ...page, example: componentExample(page) }))));
    } else terminal.print(argument === undefined ? listText(all) : found.map(shown).join('\n'));
    return EXIT.done;
  },
} satisfies Command);

function pagesOf(
  registry: Registry,
  pageOf: (component: ReturnType<Registry['get']>) => ComponentPage,
): ComponentPage[] {
  return KINDS.flatMap((kind) => registry.list(kind)).map(pageOf);
}

function listText(pages: readonly ComponentPage[]): string {
  const parts = KINDS.map((kind) => {
    const rows = table<ComponentPage>(
      [
        { title: '', align: 'left', cell: ({ name }) => `  ${name}` },
        { title: '', align: 'left', cell: ({ summary }) => summary },
      ],
      pages.filter((page) => page.kind === kind),
    ).slice(1);
    return `${kind[0]!.toUpperCase()}${kind.slice(1)}s:\n${rows.join('\n')}\n`;
  });
  return `${parts.join('\n')}\nSee "millrace components <name>" for the options of one.\n`;
}

function pageText({ kind, name, summary, options }: ComponentPage, example: string): string {
  const rows = table<OptionPage>(
    [
      { title: '', align: 'left', cell: (option) => `  ${option.name}` },
      { title: '', align: 'left', cell: ({ type }) => (type.length > 40 ? `${type.slice(0, 39)}…` : type) },
      { title: '', align: 'left', cell: remark },
    ],
    options,
  ).slice(1);
  const list = rows.length === 0 ? ['It takes no options.'] : ['Options:', ...rows];
  const indented = example
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
  return [`${kind} ${name}: ${summary}`, '', ...list, '', 'Example:', ...indented, ''].join('\n');
}

/** What would break the line is shown as JSON has it. */
function shownValue(value: unknown): string {
  const text = valueText(value);
  return /\p{Cc}/u.test(text) ? JSON.stringify(text) : text;
}

function remark({ description, required, default: preset }: OptionPage): string {
  const otherwise = preset === undefined ? '' : `(default: ${shownValue(preset)})`;
  return [description, required ? '(required)' : otherwise].filter((part) => part !== '').join(' ');
}
