import satisfies from 'semver/functions/satisfies.js';
import validRange from 'semver/ranges/valid.js';
import type { Plugin } from '../interfaces/plugin.ts';
import { MillraceError } from './errors.ts';
import { millraceVersion } from './version.ts';

/**
 * Checks that a plugin is for this version of millrace; one that says nothing is for all.
 *
 * @throws MillraceError `ERR_PLUGIN` that names both versions, `ERR_OPTIONS` for what is no range.
 */
export function checkPluginVersion({ name, millrace: range }: Plugin, version = millraceVersion()): void {
  if (range === undefined) return;
  checkRange(name, range);
  if (satisfies(version, range, { includePrerelease: true })) return;
  throw new MillraceError(
    'ERR_PLUGIN',
    `Cannot use plugin "${name}": it is for millrace ${range}, and this is millrace ${version}`,
    {
      hint: `Install a version of it for millrace ${version}, or another millrace.`,
      details: { plugin: name, range, version },
    },
  );
}

/** @throws MillraceError `ERR_OPTIONS` for what is no range of versions. */
export function checkRange(plugin: string, range: unknown): asserts range is string {
  if (typeof range === 'string' && range.trim() !== '' && validRange(range) !== null) return;
  throw new MillraceError(
    'ERR_OPTIONS',
    `Cannot define plugin "${plugin}": millrace is ${JSON.stringify(range)}, and that is no range of versions`,
    { hint: 'Say which versions of millrace it is for, e.g. millrace: "^1" or ">=0.1.0 <2".' },
  );
}
