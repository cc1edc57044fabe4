import type { Component, ComponentKind } from '../interfaces/component.ts';
import type { ExpressionFunction } from '../interfaces/expression-function.ts';
import type { Plugin, PluginFormat } from '../interfaces/plugin.ts';
import { didYouMean } from './did-you-mean.ts';
import { MillraceError } from './errors.ts';
import { checkPluginVersion } from './plugin-version.ts';

const NAME = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/** What stands where the names of components do, and means something else there. */
const TAKEN: Readonly<Record<ComponentKind, readonly string[]>> = {
  reader: ['use'],
  writer: ['use'],
  operator: ['as', 'key_by', 'process', 'split', 'use'],
};

/** Something that was registered, with the plugin that it came with, if any. */
interface Registered<T> {
  readonly value: T;
  readonly plugin: string | undefined;
}

/** The components that a pipeline may be made of. Registration is a call, never an import's effect. */
export class Registry {
  readonly #components = new Map<string, Registered<Component>>();
  readonly #functions = new Map<string, Registered<ExpressionFunction>>();
  readonly #formats = new Map<string, Registered<PluginFormat>>();
  readonly #plugins = new Map<string, Plugin>();

  constructor(components: Iterable<Component> = []) {
    for (const component of components) this.register(component);
  }

  /**
   * Adds a component, or all that a plugin has: nothing, when a part of it is refused. The same plugin again does nothing.
   *
   * @throws MillraceError `ERR_COMPONENT_DUPLICATE` for a name that is taken, with the plugins that want it; `ERR_OPTIONS`
   * for a name that is not lower_snake_case; `ERR_PLUGIN` for a plugin that is for other versions of millrace.
   */
  register(part: Component | Plugin): this {
    if (!('components' in part)) {
      const key = this.#free(part, undefined, new Map());
      this.#components.set(key, { value: Object.freeze({ ...part }), plugin: undefined });
      return this;
    }
    const { name } = part;
    if (this.#plugins.get(name) === part) return this;
    if (this.#plugins.has(name)) throw taken(`plugin "${name}"`, 'another plugin has that name');
    checkPluginVersion(part);
    const components = new Map<string, Registered<Component>>();
    for (const component of part.components) {
      const key = this.#free(component, name, components);
      components.set(key, { value: Object.freeze({ ...component }), plugin: name });
    }
    const functions = this.#named(part.functions ?? [], 'function', this.#functions, name);
    const formats = this.#named(part.formats ?? [], 'format', this.#formats, name);
    for (const [key, one] of components) this.#components.set(key, one);
    for (const [key, one] of functions) this.#functions.set(key, one);
    for (const [key, one] of formats) this.#formats.set(key, one);
    this.#plugins.set(name, part);
    return this;
  }

  /** @throws MillraceError `ERR_COMPONENT_UNKNOWN` with the nearest name. */
  get(kind: ComponentKind, name: string): Component {
    const component = this.#components.get(`${kind} ${name}`);
    if (component !== undefined) return component.value;
    const known = this.list(kind).map((one) => one.name);
    throw new MillraceError('ERR_COMPONENT_UNKNOWN', `Cannot find ${kind} "${name}": it is not registered`, {
      hint: didYouMean(name, known),
    });
  }

  /** All components, or those of one kind, by kind and name. */
  list(kind?: ComponentKind): readonly Component[] {
    return [...this.#components.entries()]
      .filter(([, { value }]) => kind === undefined || value.kind === kind)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { value }]) => value);
  }

  /** The plugins, in the order in which they were registered. */
  get plugins(): readonly Plugin[] {
    return [...this.#plugins.values()];
  }

  /** The functions that plugins bring for expressions. */
  get functions(): readonly ExpressionFunction[] {
    return [...this.#functions.values()].map(({ value }) => value);
  }

  /** The formats that plugins bring for files. */
  get formats(): readonly PluginFormat[] {
    return [...this.#formats.values()].map(({ value }) => value);
  }

  /** The name of the plugin that a component came with; `undefined` for one that was registered by itself. */
  pluginOf({ kind, name }: Pick<Component, 'kind' | 'name'>): string | undefined {
    return this.#components.get(`${kind} ${name}`)?.plugin;
  }

  /** A registry of its own with the same in it. */
  clone(): Registry {
    return this.#copy(() => true);
  }

  /**
   * A registry without the components of these names, of whichever kind.
   *
   * @throws MillraceError `ERR_COMPONENT_UNKNOWN` for a name that is not there: a typo here would
   * leave in what was to be kept out.
   */
  without(...names: readonly string[]): Registry {
    const known = [...new Set(this.list().map((component) => component.name))];
    for (const name of names) {
      if (known.includes(name)) continue;
      throw new MillraceError('ERR_COMPONENT_UNKNOWN', `Cannot leave out "${name}": it is not registered`, {
        hint: didYouMean(name, known),
      });
    }
    return this.#copy((name) => !names.includes(name));
  }

  #copy(keep: (name: string) => boolean): Registry {
    const copy = new Registry();
    for (const [key, one] of this.#components) if (keep(one.value.name)) copy.#components.set(key, one);
    for (const [key, one] of this.#functions) copy.#functions.set(key, one);
    for (const [key, one] of this.#formats) if (keep(key)) copy.#formats.set(key, one);
    for (const [key, one] of this.#plugins) copy.#plugins.set(key, one);
    return copy;
  }

  /** The key of a component whose name is free. */
  #free(
    component: Component,
    plugin: string | undefined,
    added: ReadonlyMap<string, Registered<Component>>,
  ): string {
    const of = plugin === undefined ? '' : ` of plugin "${plugin}"`;
    const { kind, name } = (component ?? {}) as Partial<Component>;
    if (kind === undefined || name === undefined || !Object.hasOwn(TAKEN, kind)) {
      throw new MillraceError(
        plugin === undefined ? 'ERR_OPTIONS' : 'ERR_PLUGIN',
        `Cannot register a component${of}: it is no reader, writer or operator`,
        { hint: 'Make plugins by definePlugin().' },
      );
    }
    if (!NAME.test(name)) {
      throw new MillraceError(
        'ERR_OPTIONS',
        `Cannot register ${kind} "${name}"${of}: the name is not lower_snake_case`,
      );
    }
    const what = `${kind} ${name}${of}`;
    if (TAKEN[kind].includes(name)) throw taken(what, 'the name means something else in pipelines');
    const key = `${kind} ${name}`;
    const there = this.#components.get(key) ?? added.get(key);
    if (there !== undefined) throw taken(what, ownerText(there.plugin));
    return key;
  }

  #named<T extends { readonly name: string }>(
    parts: readonly T[],
    what: string,
    taking: ReadonlyMap<string, Registered<T>>,
    plugin: string,
  ): ReadonlyMap<string, Registered<T>> {
    const added = new Map<string, Registered<T>>();
    for (const part of parts) {
      if (typeof part?.name !== 'string') {
        throw new MillraceError(
          'ERR_PLUGIN',
          `Cannot register a ${what} of plugin "${plugin}": it has no name`,
          {
            hint: 'Make plugins by definePlugin().',
          },
        );
      }
      const there = taking.get(part.name) ?? added.get(part.name);
      if (there !== undefined)
        throw taken(`${what} ${part.name} of plugin "${plugin}"`, ownerText(there.plugin));
      added.set(part.name, { value: part, plugin });
    }
    return added;
  }
}

function ownerText(plugin: string | undefined): string {
  return plugin === undefined ? 'the name is taken' : `plugin "${plugin}" has one of that name`;
}

function taken(what: string, why: string): MillraceError {
  return new MillraceError('ERR_COMPONENT_DUPLICATE', `Cannot register ${what}: ${why}`, {
    hint: 'Give it another name, or remove the first with without().',
  });
}
