import { relative, resolve, sep } from 'node:path';
import { didYouMean } from '../../core/did-you-mean.ts';
import { usage } from '../arguments.ts';
import { COMMON_OPTIONS, type Command, FILE_OPTIONS, type Invocation } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { namedFormat } from '../files/file-format.ts';
import { fileInput } from '../files/file-input.ts';
import type { ProjectInput, ProjectKind } from '../init/project.ts';
import { jsonLine } from '../terminal/error-text.ts';

const SAMPLE_RECORDS = 10_000;

/** What says how the project is to be. */
const ANSWERS = ['yes', 'name', 'format', 'input'];

/** `millrace init`: writes a project that runs. */
export const init: Command = Object.freeze({
  name: 'init',
  summary: 'Write a project that runs: a pipeline, a schema, data to try it with',
  argument: '[folder]',
  options: {
    yes: { short: 'y', summary: 'Ask nothing: take what would be suggested' },
    name: { value: 'text', summary: 'What it is called; by default as its folder' },
    format: { value: 'yaml|ts', short: 'f', summary: 'How the pipeline is written; yaml by default' },
    input: {
      value: 'file',
      summary: 'What it reads: the schema is made of its records; by default a sample comes along',
    },
    from: FILE_OPTIONS.from!,
    ...COMMON_OPTIONS,
  },
  examples: [
    ['millrace init', 'asks, and writes into the current folder'],
    ['millrace init orders --input orders.csv.gz', 'for a file of yours'],
    ['millrace init orders --yes --format ts', 'in TypeScript, with a sample'],
  ],
  notes: [
    'Files that are there are never replaced: then nothing is written. Without a terminal it asks nothing, and needs one of --yes, --name, --format, --input.',
  ],
  async run(invocation) {
    const { given, terminal } = invocation;
    const folder = resolve(given.argument ?? '.');
    const answers = await answersOf(folder, invocation);
    if (answers === undefined) {
      terminal.say('\nnothing was written');
      return 130;
    }
    const { projectFiles, writeProject } = await import('../init/project.ts');
    const input = answers.input === '' ? undefined : await inspected(answers.input, folder, invocation);
    if (input === null) return EXIT.failed;
    const files = projectFiles({ name: answers.name, kind: answers.kind, ...(input && { input }) });
    await writeProject(init, folder, files);
    const names = files.map(({ name }) => name);
    if (given.has('json')) terminal.print(jsonLine({ folder, name: answers.name, files: names }));
    else terminal.say(nextSteps(folder, names));
    return EXIT.done;
  },
} satisfies Command);

interface Answers {
  readonly name: string;
  readonly kind: ProjectKind;
  /** Empty for a sample. */
  readonly input: string;
}

/** By options, or by asking for what they leave open; `undefined` when nobody answers. */
async function answersOf(folder: string, { given }: Invocation): Promise<Answers | undefined> {
  const { KINDS, nameOf } = await import('../init/project.ts');
  const wrongKind = (kind: string) =>
    (KINDS as readonly string[]).includes(kind) ? undefined : `there is no format "${kind}"`;
  const kind = given.value('format') ?? 'yaml';
  const problem = wrongKind(kind);
  if (problem !== undefined) throw usage(init, problem, didYouMean(kind, KINDS));
  const name = given.value('name') ?? nameOf(folder);
  const input = given.value('input') ?? '';
  if (name.trim() === '') throw usage(init, 'the name is empty');
  const asks = !ANSWERS.some((option) => given.has(option));
  if (!asks) return { name, kind: kind as ProjectKind, input };
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) {
    throw usage(
      init,
      'nobody can be asked, as there is no terminal',
      'Add --yes for a sample project, or say what it is to be: --name, --format, --input.',
    );
  }
  const { ask } = await import('../init/ask.ts');
  const answers = await ask([
    { text: 'Name', otherwise: name },
    { text: `Written in ${KINDS.join(' or ')}`, otherwise: kind, wrong: wrongKind },
    { text: 'File to read, nothing for a sample', otherwise: '' },
  ]);
  return answers && { name: answers[0]!, kind: answers[1] as ProjectKind, input: answers[2]! };
}

/** What a file of the user's is; `null` where it cannot be read, which is reported. */
async function inspected(path: string, folder: string, invocation: Invocation): Promise<ProjectInput | null> {
  const from = invocation.given.value('from') ?? namedFormat(path);
  const input = fileInput(init, invocation.given, [path]);
  const { inspection } = await import('../profile/inspection.ts');
  const found = await inspection(input, SAMPLE_RECORDS, invocation);
  if (found === undefined) return null;
  const delimiter = from === 'csv' ? found.dialect?.delimiter : undefined;
  return {
    path: relative(folder, resolve(path)).split(sep).join('/'),
    format: input.format,
    shape: found.shape,
    ...(delimiter !== undefined && { delimiter }),
  };
}

function nextSteps(folder: string, names: readonly string[]): string {
  const there = relative('', folder);
  return [
    `written: ${names.join(', ')}`,
    '',
    'Go on with:',
    ...(there === '' ? [] : [`  cd ${there}`]),
    '  npm install',
    '  npm start',
  ].join('\n');
}
