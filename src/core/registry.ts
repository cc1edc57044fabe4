import type { Component, ComponentKind, Plugin } from '../interfaces/component.ts';
import { didYouMean } from './did-you-mean.ts';
import { MillraceError } from './errors.ts';

const NAME = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/** The components that a pipeline may be made of. Registration is a call, never an import's effect. */
export class Registry {
  readonly #components = new Map<string, Component>();

  constructor(components: Iterable<Component> = []) {
    for (const component of components) this.register(component);
  }

  /**
   * Adds a component, or all of a plugin's: none, when one of them is refused.
   *
   * @throws MillraceError `ERR_COMPONENT_DUPLICATE` when kind and name are taken, `ERR_OPTIONS` for a
   * name that is not lower_snake_case.
   */
  register(part: Component | Plugin): this {
    const components = 'components' in part ? part.components : [part];
    const added = new Map<string, Component>();
    for (const component of components) {
      if (!NAME.test(component.name)) {
        throw new MillraceError(
          'ERR_OPTIONS',
          `Cannot register ${component.kind} "${component.name}": the name is not lower_snake_case`,
        );
      }
      const key = `${component.kind} ${component.name}`;
      if (this.#components.has(key) || added.has(key)) {
        throw new MillraceError('ERR_COMPONENT_DUPLICATE', `Cannot register ${key}: the name is taken`, {
          hint: 'Give it another name, or remove the first with without().',
        });
      }
      added.set(key, Object.freeze({ ...component }));
    }
    for (const [key, component] of added) this.#components.set(key, component);
    return this;
  }

  /** @throws MillraceError `ERR_COMPONENT_UNKNOWN` with the nearest name. */
  get(kind: ComponentKind, name: string): Component {
    const component = this.#components.get(`${kind} ${name}`);
    if (component !== undefined) return component;
    const known = this.list(kind).map((one) => one.name);
    throw new MillraceError('ERR_COMPONENT_UNKNOWN', `Cannot find ${kind} "${name}": it is not registered`, {
      hint: didYouMean(name, known),
    });
  }

  /** All components, or those of one kind, by kind and name. */
  list(kind?: ComponentKind): readonly Component[] {
    return [...this.#components.entries()]
      .filter(([, component]) => kind === undefined || component.kind === kind)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, component]) => component);
  }

  /** A registry of its own with the same components. */
  clone(): Registry {
    return new Registry(this.#components.values());
  }

  /**
   * A registry without the components of these names, of whichever kind.
   *
   * @throws MillraceError `ERR_COMPONENT_UNKNOWN` for a name that is not there: a typo here would
   * leave in what was to be kept out.
   */
  without(...names: readonly string[]): Registry {
    for (const name of names) {
      if (![...this.#components.values()].some((component) => component.name === name)) {
        const known = new Set(this.list().map((component) => component.name));
        throw new MillraceError('ERR_COMPONENT_UNKNOWN', `Cannot leave out "${name}": it is not registered`, {
          hint: didYouMean(name, [...known]),
        });
      }
    }
    return new Registry(
      [...this.#components.values()].filter((component) => !names.includes(component.name)),
    );
  }
}
