import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { loadError } from '../../core/module/load-error.ts';
import type { Registry } from '../../core/registry.ts';
import { notAPipeline, returnedPipeline } from '../../processing/graph/exported-pipeline.ts';
import { isPipeline, type Pipeline } from '../../processing/graph/pipeline.ts';
import { openPipelineFile } from '../../spec/pipeline-file.ts';
import type { Secrets } from '../../spec/secrets.ts';

/** A pipeline that is tested, before its parameters are known. */
export interface TestedPipeline {
  /** As people write it. */
  readonly shown: string;
  /** What its parameters may be; absent where it takes none. */
  readonly params: z.ZodType | undefined;
  /** The components that may stand in for its parts. */
  readonly registry: Registry;
  build(values: unknown): Promise<Pipeline>;
}

const DATA: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json']);

/** The pipeline of a file of tests, as it is with these and those variables of the environment. */
export class TestedPipelines {
  readonly #shown: string;
  readonly #registry: Registry;
  readonly #opened = new Map<string, Promise<TestedPipeline>>();
  readonly #secrets: Secrets[] = [];

  constructor(shown: string, registry: Registry) {
    this.#shown = shown;
    this.#registry = registry;
  }

  /**
   * @throws MillraceError `ERR_PIPELINE_FILE` with all that is wrong with a file; `ERR_MODULE` for a module that does
   * not load, or has no pipeline.
   */
  with(variables: Readonly<Record<string, string>>): Promise<TestedPipeline> {
    const key = JSON.stringify(Object.entries(variables).sort());
    const known = this.#opened.get(key) ?? this.#open(variables);
    this.#opened.set(key, known);
    return known;
  }

  /** The text without what must not be shown. */
  hide(text: string): string {
    return this.#secrets.reduce((shown, secrets) => secrets.hide(shown), text);
  }

  /** What must not be shown of a text. */
  secretsWithin(text: string): readonly string[] {
    return this.#secrets.flatMap((secrets) => secrets.within(text));
  }

  async #open(variables: Readonly<Record<string, string>>): Promise<TestedPipeline> {
    const shown = this.#shown;
    if (!DATA.has(extname(shown).toLowerCase())) return openModule(shown, this.#registry);
    const environment = { ...process.env, ...variables };
    const file = await openPipelineFile(shown, { registry: this.#registry, environment });
    this.#secrets.push(file.secrets);
    const build = async (values: unknown) => (await file.build(values as Record<string, unknown>)).pipeline;
    return { shown, params: file.params, registry: file.registry, build };
  }
}

async function openModule(shown: string, registry: Registry): Promise<TestedPipeline> {
  const exports = await loaded(shown);
  const { default: exported, params } = exports;
  if (isPipeline(exported)) return { shown, params: undefined, registry, build: async () => exported };
  if (typeof exported !== 'function') throw notAPipeline({ shown, exports });
  return {
    shown,
    params: params instanceof z.ZodType ? params : undefined,
    registry,
    build: (values) => returnedPipeline(shown, () => exported(values)),
  };
}

async function loaded(shown: string): Promise<Readonly<Record<string, unknown>>> {
  const path = resolve(shown);
  try {
    return await import(pathToFileURL(path).href);
  } catch (thrown) {
    throw loadError(path, shown, thrown);
  }
}
