import type { Plugin } from '../interfaces/plugin.ts';
import { MillraceError } from './errors.ts';
import { checkPluginVersion } from './plugin-version.ts';
import { showValue } from './show-value.ts';

/** Whether a value has the form of what `definePlugin` makes. */
export function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null) return false;
  return typeof Reflect.get(value, 'name') === 'string' && Array.isArray(Reflect.get(value, 'components'));
}

/**
 * Plugins for a run, each once.
 *
 * @throws MillraceError `ERR_OPTIONS` for what is no plugin, `ERR_COMPONENT_DUPLICATE` for two of one name, `ERR_PLUGIN` for one
 * that is for other versions of millrace.
 */
export function checkedPlugins(given: readonly Plugin[]): readonly Plugin[] {
  const plugins = new Map<string, Plugin>();
  for (const plugin of given) {
    if (!isPlugin(plugin)) {
      throw new MillraceError('ERR_OPTIONS', `Cannot use ${showValue(plugin)} as a plugin`, {
        hint: 'Make plugins with definePlugin().',
      });
    }
    const there = plugins.get(plugin.name);
    if (there !== undefined && there !== plugin) {
      throw new MillraceError('ERR_COMPONENT_DUPLICATE', `Cannot use two plugins called "${plugin.name}"`);
    }
    checkPluginVersion(plugin);
    plugins.set(plugin.name, plugin);
  }
  return [...plugins.values()];
}
