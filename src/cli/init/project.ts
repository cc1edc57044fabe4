import { lstat, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { shortPath } from '../../core/module/user-frame.ts';
import { millraceVersion } from '../../core/version.ts';
import { ioError } from '../../io/bytes/io-error.ts';
import { usage } from '../arguments.ts';
import type { Command } from '../command.ts';
import type { FileFormat } from '../files/file-format.ts';
import { jsonSchemaOf, zodSchemaOf } from '../profile/schema-text.ts';
import type { ValueShape } from '../profile/value-shape.ts';
import { SAMPLE, sampleShape } from './sample.ts';
import { SAMPLE_TEST } from './sample-test.ts';
import { tsPipeline } from './ts-pipeline.ts';
import { yamlPipeline } from './yaml-pipeline.ts';

export const KINDS = ['yaml', 'ts'] as const;
export type ProjectKind = (typeof KINDS)[number];

/** What a project reads. */
export interface ProjectInput {
  /** As the pipeline says it: relative to its folder. */
  readonly path: string;
  readonly format: FileFormat;
  readonly delimiter?: string;
  /** What its records are. */
  readonly shape: ValueShape;
  /** Whether these are the orders that come along. @default false */
  readonly sample?: boolean;
}

export interface ProjectSpec {
  readonly name: string;
  readonly kind: ProjectKind;
  /** A sample of orders comes along where there is none. */
  readonly input?: ProjectInput;
}

/** A file of a project; `name` has slashes. */
export interface ProjectFile {
  readonly name: string;
  readonly text: string;
}

/** The files of a project that runs as it is: `npm install`, `npm start`. */
export function projectFiles({ name, kind, input }: ProjectSpec): readonly ProjectFile[] {
  const read: ProjectInput = input ?? {
    path: 'orders.csv',
    format: 'csv',
    shape: sampleShape(),
    sample: true,
  };
  const pipeline = `pipeline.${kind}`;
  const schema = read.shape.objects > 0;
  return [
    { name: 'package.json', text: packageJson(name, kind, pipeline, input === undefined) },
    { name: pipeline, text: kind === 'yaml' ? yamlPipeline(name, read) : tsPipeline(name, read) },
    ...(schema && kind === 'yaml'
      ? [{ name: 'record.schema.json', text: json(jsonSchemaOf(read.shape.withoutDates(), name)) }]
      : []),
    ...(schema && kind === 'ts' ? [{ name: 'record.ts', text: zodSchemaOf(read.shape) }] : []),
    ...(input === undefined ? [{ name: 'orders.csv', text: SAMPLE }] : []),
    ...(input === undefined && kind === 'yaml' ? [{ name: 'pipeline.test.yaml', text: SAMPLE_TEST }] : []),
    { name: '.gitignore', text: 'node_modules/\nout.ndjson\nrejects.ndjson\n' },
  ];
}

/**
 * Writes the files of a project, all of them or none.
 *
 * @throws MillraceError `ERR_USAGE` for files that are there, `ERR_PERMISSION`, `ERR_SPACE`, `ERR_IO`.
 */
export async function writeProject(
  command: Pick<Command, 'name'>,
  folder: string,
  files: readonly ProjectFile[],
): Promise<void> {
  const there: string[] = [];
  for (const { name } of files) {
    // A link is there, wherever it leads.
    await lstat(join(folder, name)).then(
      () => there.push(name),
      () => {},
    );
  }
  if (there.length > 0) {
    throw usage(
      command,
      `${shortPath(folder)} has ${there.join(', ')} already`,
      'Nothing was written: name an empty folder, e.g. millrace init orders.',
    );
  }
  const written: string[] = [];
  for (const { name, text } of files) {
    const path = join(folder, name);
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text, { flag: 'wx' });
      written.push(path);
    } catch (cause) {
      for (const done of written) await rm(done, { force: true });
      throw ioError('write', path, cause);
    }
  }
}

/** A name that npm takes: `My Orders` becomes `my-orders`. */
export function packageName(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[-._]+|[-._]+$/g, '');
  return plain === '' ? 'pipeline' : plain.slice(0, 200);
}

/** What a project in a folder is called, if nobody says. */
export function nameOf(folder: string): string {
  return basename(folder) || 'pipeline';
}

function packageJson(name: string, kind: ProjectKind, pipeline: string, sample: boolean): string {
  return json({
    name: packageName(name),
    version: '0.1.0',
    private: true,
    type: 'module',
    scripts: {
      start: `millrace run ${pipeline}`,
      check: `millrace check ${pipeline}`,
      graph: `millrace graph ${pipeline} --format text`,
      ...(kind === 'yaml' && sample && { test: 'millrace test' }),
      ...(kind === 'yaml' && { schema: 'millrace schema > millrace.schema.json' }),
    },
    dependencies: { millrace: `^${millraceVersion()}`, ...(kind === 'ts' && { zod: '^4.0.0' }) },
  });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
