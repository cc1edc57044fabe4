import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { resolve as resolvePackage } from 'import-meta-resolve';

/** Whether it names a file rather than a package. */
export function isFilePath(specifier: string): boolean {
  return /^\.\.?(?:[\\/]|$)/.test(specifier) || isAbsolute(specifier) || /^file:/i.test(specifier);
}

/** The URL of the module that a file or folder names; `undefined` where there is none. */
export function moduleUrl(specifier: string, from: string): string | undefined {
  if (/^file:/i.test(specifier)) {
    const url = URL.parse(specifier);
    return url !== null && isFile(url) ? url.href : undefined;
  }
  if (isFilePath(specifier)) {
    const path = resolve(dirname(from), specifier);
    return isFile(path) ? pathToFileURL(path).href : undefined;
  }
  const url = packageUrl(specifier, from);
  return url?.startsWith('file:') && !isFile(new URL(url)) ? undefined : url;
}

/** As `import` finds a package; else as `require` does, for one that has nothing for `import`. */
function packageUrl(specifier: string, from: string): string | undefined {
  try {
    return resolvePackage(specifier, pathToFileURL(from).href);
  } catch {
    try {
      return pathToFileURL(createRequire(from).resolve(specifier)).href;
    } catch {
      return undefined;
    }
  }
}

/** What cannot be a path here, or be looked at, is none. */
function isFile(path: string | URL): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}
