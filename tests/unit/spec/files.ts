import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { builtins } from '../../../src/builtins.ts';
import type { Summary } from '../../../src/interfaces/run.ts';
import { openPipelineFile, type PipelineFile } from '../../../src/spec/pipeline-file.ts';
import { run } from '../../../src/start.ts';

export const REGISTRY = builtins();

/** Writes a file below a folder, and returns its path. */
export function put(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

export async function open(path: string, environment: Record<string, string> = {}): Promise<PipelineFile> {
  return openPipelineFile(path, { registry: REGISTRY, environment });
}

/** Reads a file, builds its pipeline with these parameters, and runs it. */
export async function runFile(path: string, given: object = {}, environment = {}): Promise<Summary> {
  const file = await open(path, environment);
  const { pipeline } = await file.build(file.params.parse(given));
  return run(pipeline);
}
