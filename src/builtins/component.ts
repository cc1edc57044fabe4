import { z } from 'zod';
import { parseOptions } from '../core/options.ts';
import type { Component } from '../interfaces/component.ts';

/** A component whose `create` is given options that were checked, with their defaults. */
export function component<S extends z.ZodType>(
  kind: Component['kind'],
  name: string,
  summary: string,
  options: S,
  create: (options: z.output<S>) => unknown,
  main?: string,
): Component {
  return {
    kind,
    name,
    summary,
    options,
    ...(main !== undefined && { main }),
    create: (given: never) => create(parseOptions(options, given, `${kind} ${name}`)),
  };
}

/** An operator as a component. */
export function operator<S extends z.ZodType>(
  name: string,
  summary: string,
  options: S,
  create: (options: z.output<S>) => unknown,
  main?: string,
): Component {
  return component('operator', name, summary, options, create, main);
}

/** The options of what has none. */
export const none = z.strictObject({});
