import { dirname, isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PathRole } from '../../core/option-role.ts';
import { storePath } from '../named-store.ts';
import type { Span } from '../source/source-text.ts';

/** The one path that is none: databases are refused there. */
const MEMORY = ':memory:';

/** A path, or each of a list, as it is from the current folder: relative where the file it is in lies below that. */
export function placed(value: unknown, role: PathRole, span: Span): unknown {
  if (Array.isArray(value)) return value.map((one) => placed(one, role, span));
  const named = typeof value === 'string' ? pathIn(value, role) : undefined;
  if (named === undefined || named.path === MEMORY) return value;
  return named.scheme + placedPath(named.path, dirname(span.source.path));
}

/** Those of one or several paths that name files. */
export function pathsIn(value: unknown, role: PathRole): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.flatMap((one) => (typeof one === 'string' ? (pathIn(one, role)?.path ?? []) : []));
}

/** Paths, and what those with braces come to: one of these may lead elsewhere. */
export async function expanded(paths: readonly string[]): Promise<readonly string[]> {
  if (!paths.some((path) => path.includes('{'))) return paths;
  const { Glob } = await import('glob');
  return paths.flatMap((path) => {
    if (!path.includes('{')) return path;
    // There may be as many as a bomb has; those that are opened are asked for once more.
    const glob = new Glob(path, { windowsPathsNoEscape: true, braceExpandMax: 1000 });
    return [path, ...glob.patterns.map((pattern) => pattern.globString())];
  });
}

/** Told apart as those do who open it: what is a path to them must be one here. */
function pathIn(value: string, { also }: PathRole): ReturnType<typeof storePath> {
  if (also === 'stores') return storePath(value);
  const path = value !== '' && !(also === 'streams' && (value === '-' || /^https?:/i.test(value)));
  return path ? { scheme: '', path: value } : undefined;
}

function placedPath(path: string, folder: string): string {
  if (/^file:/i.test(path)) return fromUrl(path);
  const near = relative('', folder);
  if (isAbsolute(path) || path === '' || near === '') return path;
  return near.startsWith('..') || isAbsolute(near) ? `${folder}/${path}` : `${near}/${path}`;
}

/** Not all who open paths take URLs. */
function fromUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}
