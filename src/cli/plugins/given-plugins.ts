import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MillraceError } from '../../core/errors.ts';
import type { Registry } from '../../core/registry.ts';
import type { Plugin } from '../../interfaces/plugin.ts';
import type { Arguments } from '../command.ts';
import { findConfig } from './find-config.ts';

/** The plugins of a command, in their order: those of the configuration, and those that were named behind it. */
interface PluginSources {
  readonly config: string | undefined;
  readonly named: readonly string[];
}

/**
 * A registry of what is built in and what the plugins bring that the configuration and `--plugin` name.
 *
 * @param beside A file whose folder the configuration is looked for from upward: that of the pipeline. @default the current folder
 * @throws MillraceError `ERR_PLUGIN`, `ERR_COMPONENT_DUPLICATE`, and `ERR_MODULE`, `ERR_OPTIONS` for the configuration.
 */
export async function pluginRegistry(given: Arguments, beside?: string): Promise<Registry> {
  const { builtins } = await import('../../builtins.ts');
  const registry = builtins();
  for (const plugin of await givenPlugins(given, beside)) registry.register(plugin);
  return registry;
}

/** The plugins alone; nothing is loaded where there are none. */
export async function givenPlugins(given: Arguments, beside?: string): Promise<readonly Plugin[]> {
  const sources = sourcesOf(given, beside);
  if (sources.config === undefined && sources.named.length === 0) return [];
  const { useOwnCopy } = await import('../module/own-copy.ts');
  useOwnCopy();
  const { loadPlugin } = await import('../../spec/plugins/load-plugin.ts');
  const plugins: Plugin[] = [];
  if (sources.config !== undefined) {
    for (const one of await configured(sources.config)) {
      plugins.push(typeof one === 'string' ? await loadPlugin(one, sources.config) : one);
    }
  }
  for (const one of sources.named) plugins.push(await loadPlugin(one, join(process.cwd(), 'command')));
  return plugins;
}

/** The registry for commands that read files, which need none where there are no plugins: it takes its time to load. */
export async function fileRegistry(given: Arguments): Promise<Registry | undefined> {
  const { config, named } = sourcesOf(given);
  return config === undefined && named.length === 0 ? undefined : pluginRegistry(given);
}

function sourcesOf(given: Arguments, beside?: string): PluginSources {
  const folder = beside === undefined ? process.cwd() : dirname(resolve(beside));
  return { config: findConfig(folder), named: given.values('plugin') };
}

async function configured(path: string): Promise<readonly (string | Plugin)[]> {
  const shown = relative('', path);
  const { loadError } = await import('../../core/module/load-error.ts');
  const exports = await import(pathToFileURL(path).href).catch((thrown: unknown) => {
    throw loadError(path, shown, thrown);
  });
  const config: unknown = (exports as { readonly default?: unknown }).default;
  if (typeof config !== 'object' || config === null) {
    throw new MillraceError('ERR_MODULE', `Cannot load ${shown}: its default export is no configuration`, {
      hint: 'Write `export default defineConfig({ plugins: [] })`.',
    });
  }
  const { defineConfig } = await import('../../define-config.ts');
  return defineConfig(config).plugins;
}
