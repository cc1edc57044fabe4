import { extname } from 'node:path';

const EXTENSIONS: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json']);

/** Whether a pipeline is written there as plain data. */
export function isPipelineFile(path: string): boolean {
  return EXTENSIONS.has(extname(path).toLowerCase());
}
