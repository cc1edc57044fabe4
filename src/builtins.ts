import { aggregation } from './builtins/aggregation.ts';
import { connectors } from './builtins/connectors.ts';
import { files } from './builtins/files.ts';
import { flowControl } from './builtins/flow-control.ts';
import { records } from './builtins/records.ts';
import { windows } from './builtins/windows.ts';
import { Registry } from './core/registry.ts';
import type { Component } from './interfaces/component.ts';

/** Components whose options are plain data: what a pipeline that is itself data can be made of. */
const COMPONENTS: readonly Component[] = [
  ...files,
  ...connectors,
  ...records,
  ...flowControl,
  ...aggregation,
  ...windows,
];

/**
 * A registry of all built-in components, yours to add to or to narrow.
 *
 * @example
 * ```ts
 * import { builtins } from 'millrace';
 *
 * const registry = builtins().without('text');
 * console.log(registry.list('reader').map(({ name }) => name));
 * ```
 */
export function builtins(): Registry {
  return new Registry(COMPONENTS);
}
