import { didYouMean } from '../../core/did-you-mean.ts';
import { isMillraceError, MillraceError, toError } from '../../core/errors.ts';
import { isPlugin } from '../../core/plugin-list.ts';
import { checkPluginVersion } from '../../core/plugin-version.ts';
import type { Plugin } from '../../interfaces/plugin.ts';
import { LIST_MACROS, MACROS } from '../expressions/macros.ts';
import { isFilePath, moduleUrl } from '../resolve-module.ts';

/**
 * The plugin that a package or a file exports, as `plugin` or by default. The module is imported once a process.
 *
 * @param specifier A package, or the path of a file, which begins with `./`, `../` or `/`.
 * @param from The file that names it: paths are relative to it, and packages are those that it would import.
 * @throws MillraceError `ERR_PLUGIN` for a module that is not there, cannot be imported or exports none, and for a plugin
 * that is for other versions of millrace, or brings a function that is called like a macro.
 */
export async function loadPlugin(specifier: string, from: string): Promise<Plugin> {
  const refuse = (found: string, hint?: string, cause?: unknown) =>
    new MillraceError('ERR_PLUGIN', `Cannot load plugin "${specifier}": ${found}`, {
      details: { plugin: specifier },
      ...(hint !== undefined && { hint }),
      ...(cause !== undefined && { cause }),
    });
  const url = moduleUrl(specifier, from);
  if (url === undefined) {
    throw isFilePath(specifier)
      ? refuse('there is no such file', 'Paths are relative to the file they are written in.')
      : refuse('there is no such package', 'Install it, or begin the path of a file with "./".');
  }
  if (!url.startsWith('file:')) {
    throw refuse(
      'it is neither a package nor a file',
      'Name a package, or begin the path of a file with "./".',
    );
  }
  const exports = await imported(url, refuse);
  const plugin = exports.plugin ?? exports.default;
  if (!isPlugin(plugin)) {
    const names = Object.keys(exports);
    const found = plugin === undefined ? 'it exports none' : 'what it exports is no plugin';
    const near = names.length === 0 ? '' : ` ${didYouMean('plugin', names)}`;
    throw refuse(found, `Export what definePlugin() makes, as "plugin" or by default.${near}`);
  }
  checkPluginVersion(plugin);
  const macro = (plugin.functions ?? []).find(({ name }) => MACROS.has(name) || LIST_MACROS.has(name));
  if (macro !== undefined) throw refuse(`its function ${macro.name}() is called like a macro of expressions`);
  return plugin;
}

async function imported(
  url: string,
  refuse: (found: string, hint?: string, cause?: unknown) => MillraceError,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (thrown) {
    const { name, message } = toError(thrown);
    const hint = isMillraceError(thrown) ? thrown.hint : undefined;
    const found = isMillraceError(thrown) ? message : `${name}: ${message.split('\n', 1)[0]}`;
    throw refuse(found, hint, thrown);
  }
}
