import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MillraceError, toError } from '../core/errors.ts';
import type { Problems } from './source/problem.ts';
import type { Span } from './source/source-text.ts';

const OUTSIDE = 'it lies outside of the folder that files may use';
const HINT = 'Use what lies in that folder: --root, or the option root, names it.';

/** What keeps a file from reaching out of a folder: in a service that runs those of others, say. */
export class Confinement {
  readonly #root: string | undefined;

  /** Nothing is kept in without a folder. */
  constructor(root: string | undefined) {
    this.#root = root === undefined ? undefined : realPath(resolve(root));
  }

  /** Whether the path, or URL of a file or anything else, lies outside, links followed; then that is a problem. */
  forbids(path: string, span: Span, problems: Problems): boolean {
    if (this.#root === undefined) return false;
    try {
      if (this.#holds(path)) return false;
      problems.add(span, OUTSIDE, HINT);
    } catch (thrown) {
      problems.add(span, `it cannot be looked at: ${reason(path, thrown)}`);
    }
    return true;
  }

  /** Throws for a path that lies outside; `undefined` where nothing is kept in. */
  get checkPath(): ((path: string) => void) | undefined {
    if (this.#root === undefined) return undefined;
    const refused = (path: string, found: string, more: object) =>
      new MillraceError('ERR_PERMISSION', `Cannot open ${path}: ${found}`, more);
    return (path) => {
      let holds: boolean;
      try {
        holds = this.#holds(path);
      } catch (cause) {
        throw refused(path, `it cannot be looked at: ${reason(path, cause)}`, { cause });
      }
      if (!holds) throw refused(path, OUTSIDE, { hint: HINT });
    };
  }

  #holds(path: string): boolean {
    const real = realPath(resolve(/^file:/i.test(path) ? pathOf(path) : path));
    const within = relative(this.#root!, real);
    return within !== '..' && !within.startsWith(`..${sep}`) && !isAbsolute(within);
  }
}

function reason(path: string, thrown: unknown): string {
  if (path.includes('\0')) return 'there is a NUL character in the path';
  const { code, message } = toError(thrown) as NodeJS.ErrnoException;
  return code === 'ENAMETOOLONG' ? 'the name is too long' : message;
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    // What is no path of this machine is inside of no folder of it.
    return sep;
  }
}

/** Where a path leads; of what is not there yet, where the folders above it lead. */
function realPath(path: string, depth = 0): string {
  try {
    return realpathSync(path);
  } catch {
    const link = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    const above = dirname(path);
    // A link to what is not there would be written through.
    if (link)
      return depth > 40 ? sep : realPath(resolve(realPath(above, depth), readlinkSync(path)), depth + 1);
    return above === path ? path : join(realPath(above, depth), basename(path));
  }
}
