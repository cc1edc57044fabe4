import { didYouMean } from '../../core/did-you-mean.ts';
import type { Registry } from '../../core/registry.ts';
import type { Component } from '../../interfaces/component.ts';
import type { ExpressionFunction } from '../../interfaces/expression-function.ts';
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
  options: {
    names: { summary: 'List the names alone, one a line' },
    ...PLUGIN_OPTIONS,
    ...COMMON_OPTIONS,
  },
  notes: ['A name may belong to a reader and a writer: both are shown.'],
  async run({ given, terminal }) {
    const registry = await pluginRegistry(given);
    const { componentPage } = await import('../../spec/component-page.ts');
    const { componentExample } = await import('../../spec/component-example.ts');
    const { signatureOf } = await import('../../spec/expressions/functions/expression-function.ts');
    const all = pagesOf(registry, componentPage);
    const brought = functionsOf(registry, signatureOf);
    const { argument } = given;
    const found = argument === undefined ? all : all.filter(({ name }) => name === argument);
    const functions = brought.filter(({ name }) => argument === undefined || name === argument);
    if (found.length === 0 && functions.length === 0) {
      const names = [...new Set([...all, ...brought].map(({ name }) => name))];
      throw usage(components, `there is no component "${argument}"`, didYouMean(argument!, names));
    }
    const shown = (page: ComponentPage) => pageText(page, componentExample(page));
    if (given.has('json')) {
      const pages = found.map((page) => ({ ...page, example: componentExample(page) }));
      terminal.print(jsonLine([...pages, ...functions]));
    } else if (given.has('names')) {
      const names = new Set([...found, ...functions].map(({ name }) => name));
      terminal.print(
        [...names]
          .toSorted()
          .map((name) => `${name}\n`)
          .join(''),
      );
    } else if (argument === undefined) terminal.print(listText(all, functions));
    else terminal.print([...found.map(shown), ...functions.map(functionText)].join('\n'));
    return EXIT.done;
  },
} satisfies Command);

function pagesOf(
  registry: Registry,
  pageOf: (component: Component, plugin?: string) => ComponentPage,
): ComponentPage[] {
  return KINDS.flatMap((kind) => registry.list(kind)).map((component) => {
    const plugin = registry.pluginOf(component);
    return pageOf(component, plugin === 'millrace' ? undefined : plugin);
  });
}

/** A function of expressions in words. */
interface FunctionPage {
  readonly kind: 'function';
  readonly name: string;
  readonly summary: string;
  readonly signature: string;
  readonly plugin: string;
}

/** The functions that plugins bring; those that are built in have a page of their own. */
function functionsOf(
  { plugins }: Registry,
  signatureOf: (fn: ExpressionFunction) => string,
): readonly FunctionPage[] {
  return plugins
    .filter(({ name }) => name !== 'millrace')
    .flatMap(({ name: plugin, functions = [] }) =>
      functions.map((fn) => {
        const { name, summary } = fn;
        return { kind: 'function' as const, name, summary, signature: signatureOf(fn), plugin };
      }),
    );
}

function functionText({ summary, signature, plugin }: FunctionPage): string {
  return `function ${signature}: ${summary} (${plugin})\n`;
}

function summaryText({ summary, plugin }: Pick<ComponentPage, 'summary' | 'plugin'>): string {
  return plugin === undefined ? summary : `${summary} (${plugin})`;
}

function listText(pages: readonly ComponentPage[], functions: readonly FunctionPage[]): string {
  const parts = KINDS.map((kind) => {
    const rows = table<ComponentPage>(
      [
        { title: '', align: 'left', cell: ({ name }) => `  ${name}` },
        { title: '', align: 'left', cell: summaryText },
      ],
      pages.filter((page) => page.kind === kind),
    ).slice(1);
    return `${kind[0]!.toUpperCase()}${kind.slice(1)}s:\n${rows.join('\n')}\n`;
  });
  if (functions.length > 0)
    parts.push(
      `Functions:\n${functions.map((fn) => `  ${functionText(fn).replace(/^function /, '')}`).join('')}`,
    );
  return `${parts.join('\n')}\nSee "millrace components <name>" for the options of one.\n`;
}

function pageText(page: ComponentPage, example: string): string {
  const { kind, name, options } = page;
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
  return [`${kind} ${name}: ${summaryText(page)}`, '', ...list, '', 'Example:', ...indented, ''].join('\n');
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
