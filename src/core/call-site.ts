import { sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const INSIDE = new URL('..', import.meta.url).href;
const FRAME = /(?:\(|at (?:async )?)((?:file:\/\/|\/|[A-Za-z]:\\).*?):(\d+):\d+\)?$/;

/**
 * Where in the user's code the current call into millrace was made, as `file.ts:12`; `undefined`
 * when that cannot be told. Costs a stack trace: for descriptions, never for records.
 */
export function callSite(): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 12;
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  // A program may have put something of its own in the place of the text.
  if (typeof stack !== 'string') return undefined;
  for (const line of stack.split('\n').slice(1)) {
    const match = line.includes('(eval at ') ? null : FRAME.exec(line);
    if (match === null) continue;
    const url = match[1]!.startsWith('file://') ? match[1]! : pathToFileURL(match[1]!).href;
    if (url.startsWith(INSIDE)) continue;
    return `${shorten(fileURLToPath(url))}:${match[2]}`;
  }
  return undefined;
}

function shorten(path: string): string {
  const here = `${process.cwd()}${sep}`;
  return path.startsWith(here) ? path.slice(here.length) : path;
}
