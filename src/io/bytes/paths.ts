import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MillraceError } from '../../core/errors.ts';
import { showValue } from '../../core/show-value.ts';
import type { Paths } from './file-options.ts';
import { httpTarget, isHttpUrl } from './http/http-url.ts';
import { errnoOf, ioError, missingHint } from './io-error.ts';

/** One file to read. */
export interface InputFile {
  /** Absolute; `-` for stdin; a URL as it was given. */
  readonly path: string;
  /** As it lies there; 0 when that cannot be known. */
  readonly bytes: number;
  /** When it was written to last, in milliseconds since 1970; absent where that cannot be known. */
  readonly modified?: number;
  /** Whether it is a named pipe: reading it may wait for a writer, for ever. */
  readonly pipe?: boolean;
  /** Whether it is fetched. */
  readonly url?: boolean;
}

/** What globs find. */
export interface GlobChoice {
  /** Whether they may find nothing. */
  readonly allowEmpty: boolean;
  /** Whether they find what has a name, or lies in a folder with one, that begins with a dot. */
  readonly hidden: boolean;
}

/** Throws for a path that must not be opened. */
type CheckPath = (path: string) => void;

const NO_FILES: ReadonlyMap<string, number> = new Map();
const GLOB = /[*?[{]/;

/** A path as users write it: a `file:` URL becomes a path, anything else stays. */
export function pathOf(path: string | URL): string {
  if (typeof path === 'string' && !/^file:/i.test(path)) return path;
  try {
    return fileURLToPath(path);
  } catch (cause) {
    throw new MillraceError('ERR_OPTIONS', `Cannot use ${String(path)} as a path: it is not a file: URL`, {
      cause,
      hint: 'Give a path or a file: URL.',
    });
  }
}

/** The files in words, for labels: all of up to three, else the first and how many more. */
export function pathsLabel(paths: Paths): string {
  const all = list(paths).map((path) => {
    if (isHttpUrl(path)) return httpTarget(path).label;
    const name = pathOf(path);
    if (name === '-') return 'stdin';
    if (name === path) return name;
    const near = relative('', name);
    return near.startsWith('..') ? name : near;
  });
  if (all.length <= 3) return all.join(', ');
  return `${all[0]} and ${all.length - 1} more`;
}

/** What an input is called in messages, origins and positions. */
export function inputName({ path, url }: InputFile): string {
  if (path === '-') return 'stdin';
  return url === true ? httpTarget(path).label : path;
}

/** Whether the standard input is among them. */
export function namesStdin(paths: Paths): boolean {
  return list(paths).some((path) => path === '-');
}

/** Whether all are globs, as far as can be told without looking at the disk. */
export function onlyGlobs(paths: Paths): boolean {
  return list(paths).every((path) => typeof path === 'string' && !isHttpUrl(path) && GLOB.test(pathOf(path)));
}

/**
 * The files that `paths` names, in its order, those of a glob sorted by the bytes of their names. A
 * name that exists as it is written is no glob. The search ends with `signal`, as a glob may go through
 * a whole disk. Files that an earlier run has `finished` may be gone. Each is asked `checkPath` for, before it is looked at.
 *
 * @throws MillraceError `ERR_NOT_FOUND`, `ERR_NOT_A_FILE`, `ERR_PERMISSION`, `ERR_NO_MATCH`, `ERR_IO`.
 */
export async function inputFiles(
  paths: Paths,
  choice: GlobChoice,
  signal?: AbortSignal,
  finished: ReadonlyMap<string, number> = NO_FILES,
  checkPath: CheckPath = () => {},
): Promise<readonly InputFile[]> {
  const files: InputFile[] = [];
  const globs = finished.size === 0 ? choice : { ...choice, allowEmpty: true };
  for (const path of list(paths)) {
    signal?.throwIfAborted();
    if (isHttpUrl(path)) {
      files.push({ path: String(path), bytes: 0, url: true });
      continue;
    }
    const name = pathOf(path);
    if (name === '-') files.push({ path: '-', bytes: 0 });
    else if (typeof path === 'string' && GLOB.test(name))
      files.push(...(await expand(name, globs, checkPath, signal)));
    else files.push(await inputFile(resolve(name), checkPath, finished));
  }
  return files;
}

function list(paths: Paths): readonly (string | URL)[] {
  const all: readonly unknown[] = Array.isArray(paths) ? paths : [paths];
  const wrong = all.find((path) => path === '' || !(typeof path === 'string' || path instanceof URL));
  if (all.length > 0 && wrong === undefined && !all.includes(undefined))
    return all as readonly (string | URL)[];
  throw new MillraceError('ERR_OPTIONS', `Cannot read ${showValue(paths)}: it is not a path`, {
    hint: 'Give a path, a glob, a file: or https: URL, "-" for stdin, or a list of these.',
  });
}

async function inputFile(
  path: string,
  checkPath: CheckPath,
  finished: ReadonlyMap<string, number>,
): Promise<InputFile> {
  checkPath(path);
  try {
    const found = await stat(path);
    if (!found.isDirectory() && !found.isSocket()) return described(path, found);
  } catch (cause) {
    const missing = errnoOf(cause) === 'ENOENT';
    if (missing && finished.has(path)) return { path, bytes: 0 };
    const hint = missing ? await missingHint(path) : undefined;
    throw ioError('open', path, cause, hint);
  }
  throw new MillraceError('ERR_NOT_A_FILE', `Cannot open ${path}: it is not a file`, {
    hint: `For the files in a folder, use a glob such as ${path}/*.`,
  });
}

function described(path: string, found: Stats): InputFile {
  if (found.isFIFO()) return { path, bytes: 0, pipe: true };
  return found.isFile() ? { path, bytes: found.size, modified: found.mtimeMs } : { path, bytes: 0 };
}

async function expand(
  pattern: string,
  { allowEmpty, hidden }: GlobChoice,
  checkPath: CheckPath,
  signal?: AbortSignal,
): Promise<readonly InputFile[]> {
  const literal = await stat(pattern).catch(() => undefined);
  if (literal?.isFile()) return [await inputFile(resolve(pattern), checkPath, NO_FILES)];
  const { globIterate } = await import('glob');
  const names: Buffer[] = [];
  for await (const name of globIterate(pattern, { dot: hidden, nodir: true, windowsPathsNoEscape: true })) {
    signal?.throwIfAborted();
    names.push(Buffer.from(name));
  }
  const files: InputFile[] = [];
  for (const name of names.sort(Buffer.compare)) {
    signal?.throwIfAborted();
    const path = resolve(name.toString());
    checkPath(path);
    const found = await stat(path).catch((cause: unknown) => {
      throw ioError('open', path, cause);
    });
    if (!found.isDirectory() && !found.isSocket()) files.push(described(path, found));
  }
  if (files.length === 0 && !allowEmpty) {
    throw new MillraceError('ERR_NO_MATCH', `Cannot read ${resolve(pattern)}: no file matches`, {
      hint: 'Check the pattern and the working folder, or say allowEmpty: true.',
    });
  }
  return files;
}
