import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { isMillraceError } from '../../core/errors.ts';
import type { Registry } from '../../core/registry.ts';
import type { Confinement } from '../confinement.ts';
import { isFilePath, moduleUrl } from '../resolve-module.ts';
import { kindOf, type Located, type LocatedMap } from '../source/located.ts';
import type { Problems } from '../source/problem.ts';
import { loadPlugin } from './load-plugin.ts';

/**
 * The registry with the plugins that a file lists as well: its own, so that files do not see those of others. What is wrong with one
 * is a problem where it is named.
 */
export async function withListedPlugins(
  root: LocatedMap,
  registry: Registry,
  problems: Problems,
  confinement: Confinement,
): Promise<Registry> {
  const entry = root.entries.get('plugins');
  if (entry === undefined) return registry;
  const own = registry.clone();
  const { value } = entry;
  for (const item of value.kind === 'list' ? value.items : [value]) {
    if (item.kind !== 'scalar' || typeof item.value !== 'string' || item.value === '') {
      problems.add(
        item.span,
        `plugins: expected a package or the path of a file, found ${kindOf(item)}`,
        'Write e.g. plugins: [./plugin.ts, "@acme/millrace-plugin"].',
      );
      continue;
    }
    const { path } = item.span.source;
    const url = moduleUrl(item.value, path);
    if (url !== undefined && confinement.forbids(url, item.span, problems)) continue;
    try {
      own.register(await loadPlugin(item.value, path));
    } catch (thrown) {
      if (!isMillraceError(thrown)) throw thrown;
      const found = thrown.message.replace(/^Cannot (?:load|use) plugin "[^"]*": /, '');
      problems.add(item.span, found, thrown.hint);
    }
  }
  return own;
}

/** The plugins that a file lists, as one in the current folder would. */
export function listedPlugins(root: LocatedMap): readonly string[] {
  const value = root.entries.get('plugins')?.value;
  const items = value?.kind === 'list' ? value.items : value === undefined ? [] : [value];
  return items.flatMap((item) => (item.kind === 'scalar' ? [fromHere(String(item.value), item)] : []));
}

function fromHere(specifier: string, { span }: Located): string {
  if (!isFilePath(specifier) || isAbsolute(specifier) || /^file:/i.test(specifier)) return specifier;
  const path = relative('', resolve(dirname(span.source.path), specifier));
  return path.startsWith('..') ? path : `./${path}`;
}
