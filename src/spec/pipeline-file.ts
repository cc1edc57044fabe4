import { basename, resolve } from 'node:path';
import { z } from 'zod';
import { MillraceError, toError } from '../core/errors.ts';
import type { Registry } from '../core/registry.ts';
import type { Plugin } from '../interfaces/plugin.ts';
import { type BuiltFile, buildFile } from './build/build-file.ts';
import type { ParameterValue } from './build-context.ts';
import { Confinement } from './confinement.ts';
import { type FileLint, fileLint } from './file-lint.ts';
import { fileModel } from './file-model.ts';
import { declaredParameters, givenValues, presetValues } from './parameters.ts';
import { listedPlugins, withListedPlugins } from './plugins/listed-plugins.ts';
import { readDocument } from './read-document.ts';
import { Secrets } from './secrets.ts';
import { fileError, problemDocument, problemText } from './source/file-error.ts';
import { Problems } from './source/problem.ts';
import { readSource } from './source/read-source.ts';
import type { SourceText } from './source/source-text.ts';

/** What a file is read with. */
export interface PipelineFileOptions {
  /** The components that it may be made of, besides those of the plugins that it lists itself. */
  readonly registry: Registry;
  /** The variables that `${NAME}` stands for. @default those of the process */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /**
   * The folder that what it reads, writes, includes and imports has to lie in, links followed. What a module does that it
   * imports, and what the options of plugins mean, is out of sight. @default anywhere
   */
  readonly root?: string;
}

/** Something worth telling of a file that is sound. */
export interface FileNote {
  /** With its place, and the lines around. */
  readonly text: string;
  readonly document: object;
}

/** A pipeline that is written in a file, and sound as far as that can be told without its parameters. */
export interface PipelineFile {
  readonly name: string;
  /** What its parameters may be. */
  readonly params: z.ZodObject;
  /** The components that it may be made of, those of the plugins that it lists among them. */
  readonly registry: Registry;
  /** The plugins whose hooks its runs are to have: those of the registry, and those that it lists. */
  readonly plugins: readonly Plugin[];
  /** The plugins that it lists, as a file in the current folder would. */
  readonly listed: readonly string[];
  /** What is no problem yet, e.g. options that are deprecated, for people and for machines. */
  readonly notes: readonly FileNote[];
  /** What it says of rules of `check`, and what they find without a graph. */
  readonly lint: FileLint;
  /** What must not be shown; filled in as the pipeline is built. */
  readonly secrets: Secrets;
  /**
   * The pipeline for these values of the parameters, which `params` has checked.
   *
   * @throws MillraceError `ERR_PIPELINE_FILE` for what is wrong with these values only.
   */
  build(values: Readonly<Record<string, unknown>>): Promise<BuiltFile>;
}

/**
 * Reads a pipeline from a file of YAML or JSON and checks it: all problems at once, each with its place.
 *
 * @throws MillraceError `ERR_PIPELINE_FILE` with every problem in its message and in `details.problems`;
 * `ERR_NOT_FOUND`, `ERR_IO` where there is no file to be read.
 * @example
 * ```ts
 * import { builtins, run } from 'millrace';
 * import { openPipelineFile } from 'millrace/spec';
 *
 * const file = await openPipelineFile('orders.yaml', { registry: builtins() });
 * const { pipeline, checkpoint } = await file.build(file.params.parse({ in: 'orders.csv' }));
 * await run(pipeline, checkpoint === undefined ? {} : { checkpoint });
 * ```
 */
export async function openPipelineFile(shown: string, options: PipelineFileOptions): Promise<PipelineFile> {
  return readPipelineText({ path: resolve(shown), shown, text: textOf(shown) }, options);
}

/**
 * The same, of a text as if it stood in that file: its paths are relative to `path`, and its problems are those of `shown`.
 *
 * @throws MillraceError `ERR_PIPELINE_FILE` as {@link openPipelineFile} does.
 */
export async function readPipelineText(
  source: SourceText,
  { registry, environment = process.env, root: folder }: PipelineFileOptions,
): Promise<PipelineFile> {
  const secrets = new Secrets();
  const { shown } = source;
  const failed = (problems: Problems) => fileError(shown, problems.sorted, secrets);
  const problems = new Problems();
  const notes = new Problems();
  const confinement = new Confinement(folder);
  const root = readDocument(source, problems, confinement);
  if (root === undefined) throw failed(problems);
  const model = fileModel(root, basename(shown).replace(/\.[^.]+$/, ''), problems);
  const own = await withListedPlugins(root, registry, problems, confinement);
  const contextFor = (params: ReadonlyMap<string, ParameterValue>, noting: Problems) => ({
    registry: own,
    confinement,
    environment,
    secrets,
    params,
    problems: noting,
    notes,
  });
  const declared = await declaredParameters(model.params, {
    ...contextFor(new Map(), problems),
    letters: () => undefined,
    policies: async () => undefined,
    flow: async () => undefined,
  });
  const presets = presetValues(declared);
  addSecrets(presets, secrets);
  const lint = fileLint(model, problems);
  const built = await buildFile(model, contextFor(presets, problems));
  if (problems.count > 0) throw failed(problems);
  const complete = [...presets.values()].every(({ known }) => known);
  const schemas = Object.fromEntries([...declared].map(([name, { schema }]) => [name, schema]));
  return Object.freeze({
    name: model.name,
    params: z.strictObject(schemas),
    registry: own,
    plugins: own.plugins,
    get notes() {
      return notes.sorted.map((note) => ({
        text: secrets.hide(problemText(note)),
        document: problemDocument(note, secrets),
      }));
    },
    listed: listedPlugins(root),
    lint,
    secrets,
    async build(values: Readonly<Record<string, unknown>>): Promise<BuiltFile> {
      const given = givenValues(declared, values);
      addSecrets(given, secrets);
      const same = complete && [...given].every(([name, { value }]) => value === presets.get(name)?.value);
      if (same && built !== undefined) return built;
      const later = new Problems();
      const again = await buildFile(model, contextFor(given, later));
      if (again === undefined) throw failed(later);
      return again;
    },
  });
}

function addSecrets(values: ReadonlyMap<string, ParameterValue>, secrets: Secrets): void {
  for (const { secret, known, value } of values.values()) if (secret && known) secrets.add(value);
}

function textOf(shown: string): string {
  try {
    return readSource(resolve(shown));
  } catch (thrown) {
    const cause = toError(thrown);
    const code = Reflect.get(cause, 'code');
    if (code === 'ENOENT')
      throw new MillraceError('ERR_NOT_FOUND', `Cannot load ${shown}: there is no such file`, { cause });
    throw new MillraceError('ERR_IO', `Cannot load ${shown}: ${cause.message}`, { cause });
  }
}
