import { z } from 'zod';
import { roleOf, USE_FORM } from '../core/option-role.ts';
import { isRecord, shapeOf } from './build/schema-walk.ts';

/** JSON Schema, as far as it is put together here. */
export type Schema = Readonly<Record<string, unknown>>;

const reference = (name: string): Schema => ({ $ref: `#/$defs/${name}` });

/** What a whole file refers to from many places. */
export const SHARED_DEFINITIONS: Readonly<Record<string, Schema>> = {
  reference: {
    type: 'string',
    pattern: '\\$\\{',
    description: `A text that is filled in: \${params.name}, \${NAME} or \${NAME:-default}`,
  },
  secret: {
    type: 'object',
    properties: { secret: { type: ['string', 'number'], description: 'A value that is never shown' } },
    required: ['secret'],
    additionalProperties: false,
  },
};

/** Options as a file may say them: values may be filled in, and policies are data. */
export function optionSchema(options: z.ZodType): Schema {
  const {
    $schema: _,
    $defs: __,
    ...schema
  } = z.toJSONSchema(options, {
    io: 'input',
    override({ zodSchema, jsonSchema }) {
      const role = roleOf(zodSchema)?.role;
      if (role === 'policies') {
        Object.assign(jsonSchema, reference('onError'));
        return;
      }
      if (role === 'schema' || role === 'function' || role === 'export') return;
      if (role === 'flow') {
        const { description } = jsonSchema;
        for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
        Object.assign(jsonSchema, {
          ...(description !== undefined && { description }),
          anyOf: [reference('flow'), { type: 'array', minItems: 1, description: 'The rows' }, USE_FORM],
        });
        return;
      }
      const { type, enum: values, const: constant } = jsonSchema;
      if (type === 'object' && values === undefined) return;
      const scalar = type === 'string' || type === 'number' || type === 'integer' || type === 'boolean';
      if (!scalar || constant !== undefined) return;
      const { description, default: preset, ...form } = jsonSchema;
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
      const text = type === 'string' && values === undefined && jsonSchema.pattern === undefined;
      Object.assign(jsonSchema, {
        ...(description !== undefined && { description }),
        ...(preset !== undefined && { default: preset }),
        anyOf: [form, ...(text ? [] : [reference('reference')]), reference('secret')],
      });
    },
  }) as Record<string, unknown>;
  return withoutRecursion(schema) as Schema;
}

/** What refers to itself is any JSON: there is nothing else of that kind in options. */
function withoutRecursion(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutRecursion);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema);
  return Object.fromEntries(
    entries
      .filter(([key, value]) => key !== '$ref' || !String(value).startsWith('#/$defs/__'))
      .map(([key, value]) => [key, withoutRecursion(value)]),
  );
}

/** All the ways in which the options of a component may be written. */
export function componentSchema(
  {
    options,
    main,
    summary,
  }: { readonly options: z.ZodType; readonly main?: string; readonly summary?: string },
  description = summary,
): Schema {
  const whole = aliased(optionSchema(options) as Record<string, unknown> & ObjectSchema);
  const required = (whole.required ?? []) as readonly string[];
  const forms: Schema[] = [whole];
  if (required.length === 0 && whole.anyOf === undefined) forms.push({ type: 'null' });
  if (main !== undefined && required.every((name) => name === main))
    forms.push(...mainForms(options, main, whole));
  else if (main !== undefined) forms.push(...useForms(options, main, whole));
  return forms.length === 1 ? { description, ...whole } : { description, anyOf: forms };
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** What a single value may be, and what a map may be that is not one of options. */
function mainForms(options: z.ZodType, main: string, whole: ObjectSchema): readonly Schema[] {
  const schema = shapeOf(options)[main]!;
  const own = whole.properties?.[main] ?? {};
  const onError = whole.properties?.onError;
  const single =
    isRecord(schema) && onError !== undefined
      ? { ...own, properties: { ...(own.properties as object), onError } }
      : own;
  return [single, ...useForms(options, main, whole)];
}

/** `use` or `expression` beside the other options, for the one that is the main one. */
function useForms(
  options: z.ZodType,
  main: string,
  { properties = {}, required = [] }: ObjectSchema,
): readonly Schema[] {
  const role = roleOf(shapeOf(options)[main]!);
  if (role?.role !== 'function' && role?.role !== 'schema' && role?.role !== 'export') return [];
  const { [main]: _, ...others } = properties;
  const use = { type: 'string', description: 'An export of a module, e.g. "./enrich.ts#lookup"' };
  const expression = { type: 'string', description: 'An expression' };
  const rest = required.filter((name) => name !== main);
  const isExpression = role.role === 'function' && role.expression !== false;
  return Object.entries({ use, ...(isExpression && { expression }) }).map(([name, form]) => ({
    type: 'object',
    properties: { [name]: form, ...others },
    required: [name, ...rest],
    additionalProperties: false,
  }));
}

/** `path` also stands for `paths`, where there is no other option of that name. */
function aliased(schema: Record<string, unknown> & ObjectSchema): Record<string, unknown> & ObjectSchema {
  const { properties = {}, required = [] } = schema;
  if (properties.paths === undefined || properties.path !== undefined) return schema;
  return {
    ...schema,
    properties: { path: properties.paths, ...properties },
    required: required.filter((name) => name !== 'paths'),
    anyOf: [{ required: ['path'] }, { required: ['paths'] }],
  };
}
