import { z } from 'zod';
import { component } from '../core/component.ts';
import type { Component } from '../interfaces/component.ts';

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
