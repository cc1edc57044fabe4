import { aggregation } from './builtins/aggregation.ts';
import { calls } from './builtins/calls.ts';
import { connectors } from './builtins/connectors.ts';
import { files } from './builtins/files.ts';
import { flowControl } from './builtins/flow-control.ts';
import { foreign } from './builtins/foreign.ts';
import { functions } from './builtins/functions.ts';
import { records } from './builtins/records.ts';
import { windows } from './builtins/windows.ts';
import { Registry } from './core/registry.ts';
import type { Component } from './interfaces/component.ts';
import type { Plugin } from './interfaces/plugin.ts';
import { BUILTIN_FUNCTIONS } from './spec/expressions/functions/builtin-functions.ts';

/** What a pipeline that is itself data can be made of; what is a function is said by an expression, or by an export. */
const COMPONENTS: readonly Component[] = [
  ...files,
  ...connectors,
  ...records,
  ...functions,
  ...calls,
  ...foreign,
  ...flowControl,
  ...aggregation,
  ...windows,
];

/** What is built in is a plugin like any other. */
const MILLRACE: Plugin = Object.freeze({
  name: 'millrace',
  components: COMPONENTS,
  functions: BUILTIN_FUNCTIONS,
});

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
  return new Registry().register(MILLRACE);
}
