import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const FRAME = /(?:\(|at (?:async )?)((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?:\d+(?::\d+)?)\)?$/;
/** Node puts the place of a syntax error above its stack. */
const HEADER = /^((?:file:\/\/|\/|[A-Za-z]:\\).*:\d+)$/;

/** `src/` or `dist/`: whichever this very file runs from. */
const ROOT = new URL('../..', import.meta.url).href;

/** Where frames are millrace's own: the sources or the build, and the command's entry. */
const INSIDE = [ROOT, new URL('../bin/', ROOT).href].map((url) => fileURLToPath(url));

/** Where in the user's own code an error was born, as `orders.ts:12:7`. */
export function userFrame(thrown: unknown): string | undefined {
  const stack = typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, 'stack') : undefined;
  if (typeof stack !== 'string') return undefined;
  for (const line of stack.split('\n')) {
    const place = (HEADER.exec(line) ?? FRAME.exec(line))?.[1];
    if (place === undefined || place.includes('/node_modules/')) continue;
    const path = place.startsWith('file://') ? fileURLToPath(place) : place;
    if (!INSIDE.some((folder) => path.startsWith(folder))) return shortPath(path);
  }
  return undefined;
}

/** A path as people write it: relative where it lies below the current folder. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}
