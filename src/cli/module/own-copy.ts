import { registerHooks } from 'node:module';

/** `src/` or `dist/`: whichever this very file runs from. */
export const ROOT: string = new URL('../..', import.meta.url).href;

const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

const OWN: ReadonlyMap<string, string> = new Map([
  ['millrace', new URL(`index.${EXTENSION}`, ROOT).href],
  ['millrace/testing', new URL(`testing/index.${EXTENSION}`, ROOT).href],
  ['millrace/spec', new URL(`spec/index.${EXTENSION}`, ROOT).href],
  ['millrace/postgres', new URL(`postgres.${EXTENSION}`, ROOT).href],
  ['millrace/sqlite', new URL(`sqlite.${EXTENSION}`, ROOT).href],
  ['millrace/package.json', new URL('../package.json', ROOT).href],
]);

let registered = false;

/**
 * Makes every import of `millrace` mean the copy that the command itself runs from: there is exactly
 * one, in a clone without a build too, and for a module whose folder has no `node_modules`.
 */
export function useOwnCopy(): void {
  if (registered) return;
  registered = true;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const url = OWN.get(specifier);
      return url === undefined ? nextResolve(specifier, context) : nextResolve(url, context);
    },
  });
}
