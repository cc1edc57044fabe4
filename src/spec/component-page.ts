import { z } from 'zod';
import type { Component } from '../interfaces/component.ts';
import { fileName } from './build/component-name.ts';

/** An option of a component, in words. */
export interface OptionPage {
  readonly name: string;
  /** What it may be, e.g. `integer`, `asc | desc`. */
  readonly type: string;
  readonly required: boolean;
  readonly default?: unknown;
  readonly description: string;
}

/** A component in words, as plain data. */
export interface ComponentPage {
  readonly kind: Component['kind'];
  readonly name: string;
  readonly summary: string;
  /** The plugin that it comes with; absent for what is built in. */
  readonly plugin?: string;
  /** The option that a single value stands for. */
  readonly main?: string;
  readonly options: readonly OptionPage[];
}

interface TypeSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly TypeSchema[];
  readonly oneOf?: readonly TypeSchema[];
  readonly items?: TypeSchema;
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, TypeSchema>>;
  readonly required?: readonly string[];
}

/** What there is to say of a component, all of it from its options. */
export function componentPage(
  { kind, name, summary, main, options }: Component,
  plugin?: string,
): ComponentPage {
  const { properties = {}, required = [] } = z.toJSONSchema(options, { io: 'input' }) as TypeSchema;
  return {
    kind,
    name: fileName(name),
    summary,
    ...(plugin !== undefined && { plugin }),
    ...(main !== undefined && { main }),
    options: Object.entries(properties).map(([option, schema]) => ({
      name: option,
      type: option === 'onError' ? 'policy, or list of policies' : typeOf(schema),
      required: required.includes(option),
      ...(schema.default !== undefined && { default: schema.default }),
      description: schema.description ?? '',
    })),
  };
}

function typeOf(schema: TypeSchema): string {
  const { type, enum: values, const: constant, anyOf, oneOf, items, properties } = schema;
  if (values !== undefined) return values.map(valueText).join(' | ');
  if (constant !== undefined) return JSON.stringify(constant);
  const forms = anyOf ?? oneOf;
  if (forms !== undefined) {
    const names = forms.map((form) =>
      isUse(form) ? 'use' : isExpression(form) ? 'expression' : typeOf(form),
    );
    return [...new Set(names)].filter((name) => name !== 'value' || names.length === 1).join(' | ');
  }
  if (type === 'array') return items === undefined ? 'list' : `list of ${typeOf(items)}`;
  if (type === 'object' || properties !== undefined) return 'map';
  if (type === 'string') return 'text';
  return typeof type === 'string' ? type : (type?.join(' | ') ?? 'value');
}

function valueText(value: unknown): string {
  const text = String(value);
  return /\p{Cc}/u.test(text) ? JSON.stringify(text) : text;
}

function isExpression({ description, properties }: TypeSchema): boolean {
  return description === 'An expression' || properties?.expression !== undefined;
}

function isUse({ properties }: TypeSchema): boolean {
  return properties?.use !== undefined;
}
