import type { z } from 'zod';
import type { Component } from '../interfaces/component.ts';
import { parseOptions } from './options.ts';

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
