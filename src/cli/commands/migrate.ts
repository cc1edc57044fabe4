import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { ioError } from '../../io/bytes/io-error.ts';
import type { Migrated, Versions } from '../../spec/migrations/migrate-text.ts';
import { usage } from '../arguments.ts';
import { COMMON_OPTIONS, type Command, type Invocation } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { replaceFile } from '../files/replace-file.ts';
import { checkFile } from '../module/load-module.ts';
import { jsonLine } from '../terminal/error-text.ts';

interface MigratedFile extends Migrated {
  readonly file: string;
}

/** `millrace migrate`: pipeline files of older versions become such of the present one. */
export const migrate: Command = migrateTo();

/** The same for other versions. */
export function migrateTo(versions?: Versions): Command {
  const command: Command = Object.freeze({
    name: 'migrate',
    summary: 'Rewrite pipeline files of older versions, with their comments',
    argument: '<file…>',
    maxArguments: Number.POSITIVE_INFINITY,
    options: {
      write: { short: 'w', summary: 'Write it back into the files; else it goes to stdout, for one file' },
      check: { summary: 'Write nothing, and exit with 1 when a file is of an older version' },
      ...COMMON_OPTIONS,
    },
    examples: [
      ['millrace migrate orders.yaml', 'show what it would be'],
      ['millrace migrate --write *.yaml', 'rewrite them all, or none where one cannot be'],
      ['millrace migrate --check *.yaml', 'for CI'],
    ],
    notes: [
      'Files that are included have a version of their own: name them, too. A file of the present version stays as it is, to the byte.',
    ],
    async run(invocation) {
      const { given, terminal } = invocation;
      if (given.positionals.length === 0) {
        throw usage(command, 'no file is given', 'Name one: millrace migrate orders.yaml; - is stdin.');
      }
      const [write, check, json] = [given.has('write'), given.has('check'), given.has('json')];
      if (write && check) throw usage(command, '--write and --check exclude one another', 'Choose one.');
      if (write && given.positionals.includes('-')) {
        throw usage(command, 'stdin cannot be written back', 'Leave out --write: it goes to stdout.');
      }
      if (!write && !check && !json && given.positionals.length > 1) {
        throw usage(
          command,
          'several files would go to stdout as one',
          'Add --write or --check, or take them one by one.',
        );
      }
      const files: MigratedFile[] = [];
      for (const file of given.positionals) files.push(await migrated(file, versions));
      const changed = files.filter(({ steps }) => steps.length > 0);
      if (write) for (const { file, text } of changed) await replaceFile(file, text, 'write');
      tell(files, invocation);
      if (!write && !check && !json) terminal.print(files[0]!.text);
      return check && changed.length > 0 ? EXIT.failed : EXIT.done;
    },
  } satisfies Command);
  return command;
}

async function migrated(file: string, versions: Versions | undefined): Promise<MigratedFile> {
  const { migrateText } = await import('../../spec/migrations/migrate-text.ts');
  if (file === '-') {
    const text = await textOf(process.stdin);
    return { file, ...migrateText({ path: 'stdin', shown: 'stdin', text }, versions) };
  }
  await checkFile(file);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw ioError('read', file, cause);
  });
  return { file, ...migrateText({ path: resolve(file), shown: file, text }, versions) };
}

function tell(files: readonly MigratedFile[], { given, terminal }: Invocation): void {
  if (given.has('json')) {
    const shown = files.map(({ file, from, to, steps, text }) => ({
      file,
      from,
      to,
      steps,
      ...(!given.has('write') && !given.has('check') && { text }),
    }));
    terminal.print(jsonLine({ files: shown }));
    return;
  }
  for (const { file, from, to, steps } of files) {
    const done = given.has('check') ? 'is of' : 'was of';
    if (steps.length === 0) terminal.say(`${file} is of version ${to}: nothing to do`);
    else {
      terminal.say(`${file} ${done} version ${from}; to ${to}:`);
      for (const step of steps) terminal.say(`  ${step}`);
    }
  }
}
