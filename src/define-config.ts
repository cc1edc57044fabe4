import { z } from 'zod';
import { parseOptions } from './core/options.ts';
import { isPlugin } from './core/plugin-list.ts';
import type { Plugin } from './interfaces/plugin.ts';

/** What holds for all commands in a folder and below. */
export interface Config {
  /**
   * Plugins that all pipelines and commands have: packages, paths of files, which are relative to the file of the
   * configuration, or plugins themselves. @default none
   */
  readonly plugins?: readonly (string | Plugin)[];
}

const schema = z.strictObject({
  plugins: z
    .array(
      z.union([
        z.string().min(1),
        z.custom<Plugin>(isPlugin, 'expected a plugin, as definePlugin() makes it'),
      ]),
    )
    .default([])
    .describe('Packages, paths of files, or plugins'),
});

/**
 * The configuration of the command: the default export of `millrace.config.ts` (or `.mts`, `.js`, `.mjs`), which is looked
 * for from the folder of the pipeline upward.
 *
 * @throws MillraceError `ERR_OPTIONS` for what it cannot have.
 * @example
 * ```ts
 * import { defineConfig } from 'millrace';
 *
 * export default defineConfig({ plugins: ['./plugin.ts', '@acme/millrace-plugin'] });
 * ```
 */
export function defineConfig(config: Config): Required<Config> {
  return Object.freeze(parseOptions(schema, config, 'the configuration'));
}
