import { readFileSync } from 'node:fs';

let known: string | undefined;

/** The version of this copy of millrace, e.g. `0.1.0`. */
export function millraceVersion(): string {
  known ??= (
    JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  ).version;
  return known;
}
