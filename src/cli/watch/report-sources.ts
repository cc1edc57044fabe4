import { subscribe } from 'node:diagnostics_channel';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { SOURCE_READ } from '../../spec/source/read-source.ts';
import { ROOT } from '../module/own-copy.ts';
import { type SourceMessage, WATCHED } from './watched.ts';

/**
 * Tells the process that has started this one of each file that the pipeline is made of: modules of the user's,
 * and what they are read from. When that process goes away, this one stops as by SIGTERM.
 */
export function reportSources(): void {
  delete process.env[WATCHED];
  if (process.send === undefined) return;
  const told = new Set<string>();
  const report = (source: string): void => {
    if (told.has(source) || process.send === undefined || !process.connected) return;
    told.add(source);
    process.send({ source } satisfies SourceMessage);
  };
  subscribe(SOURCE_READ, (message) => report((message as { path: string }).path));
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const wanted = localFile(specifier, context.parentURL);
      // What is not there yet may be there after the next change.
      if (wanted !== undefined) report(wanted);
      const found = nextResolve(specifier, context);
      const path = localFile(found.url);
      if (path !== undefined) report(path);
      return found;
    },
  });
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
}

/** The path of a module that is the user's own. */
function localFile(specifier: string, parent?: string): string | undefined {
  const url = URL.parse(specifier, /^\.{0,2}\//.test(specifier) ? parent : undefined);
  if (url?.protocol !== 'file:' || url.href.startsWith(ROOT) || url.pathname.includes('/node_modules/')) {
    return undefined;
  }
  return fileURLToPath(url);
}
