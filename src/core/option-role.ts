import { z } from 'zod';

/** What an option is besides its type: what a pipeline that is written as data needs to know to fill it in. */
export type OptionRole =
  | {
      /** A function; data says it by an expression or by the name of an export. */
      readonly role: 'function';
      /** What it is called with, in this order: what an expression may name. */
      readonly takes: readonly string[];
      /** What a text stands for: an expression, or itself, as where it is the name of a field. @default 'expression' */
      readonly text?: 'expression' | 'value';
      /** Whether it may be an expression at all: one that returns a promise cannot be. @default true */
      readonly expression?: boolean;
      /** What an expression has to come to, where that is known before there is a record. @default anything */
      readonly gives?: readonly ('bool' | 'number' | 'text' | 'time')[];
    }
  | PathRole
  /** A schema that records are checked with; a text is the path of a file that has it. */
  | { readonly role: 'schema' }
  /** Something that only code can make; data says it by the name of an export. What is no such name is what it looks like. */
  | { readonly role: 'export' }
  /** What an export is, by its name: the value of a `use`. */
  | { readonly role: 'use' }
  /** A flow of its own; data says it by where it reads and its operators. What has neither is what it looks like. */
  | { readonly role: 'flow' }
  /** What is done with failures: a policy, or a list of them. */
  | { readonly role: 'policies' };

/** The path of a file, or a list of them; one that is relative is so to the file it is written in. */
export interface PathRole {
  readonly role: 'path';
  /**
   * What is no path there: URLs of HTTP and `-`, or the names of stores of checkpoints in databases. What is none to those
   * who open it must not be among them, as it is where a file may reach out of its folder. @default 'none'
   */
  readonly also?: 'streams' | 'stores' | 'none';
}

/** What is known of an option that is a function. */
export type FunctionRole = Extract<OptionRole, { readonly role: 'function' }>;

/** The roles by schema; what is made of a schema by `optional()` and the like has that of the inner one. */
const roles = z.registry<OptionRole>();

/** The same schema, for an option that has this role. */
export function withRole<S extends z.ZodType>(schema: S, role: OptionRole): S {
  roles.add(schema as never, role as never);
  return schema;
}

/** The role of an option; `undefined` for one that is what it looks like. */
export function roleOf(schema: z.core.$ZodType): OptionRole | undefined {
  const own = roles.get(schema as never);
  if (own !== undefined) return own;
  const { innerType, in: input } = schema._zod.def as { innerType?: z.core.$ZodType; in?: z.core.$ZodType };
  const inner = innerType ?? input;
  return inner === undefined ? undefined : roleOf(inner);
}

const USE = /^[^#\s][^#]*#[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** How data names an export, as JSON Schema. */
const EXPORT_NAME = {
  type: 'string',
  pattern: USE.source,
  description: 'An export of a module, e.g. "./enrich.ts#lookup"',
} as const;

/** How data says which function is meant, as JSON Schema. */
export const FUNCTION_FORMS: readonly object[] = [
  { type: 'string', description: 'An expression' },
  {
    type: 'object',
    properties: { use: EXPORT_NAME },
    required: ['use'],
    additionalProperties: false,
  },
];

/** How data says which export is meant, as JSON Schema. */
export const USE_FORM: object = FUNCTION_FORMS[1]!;

/** How data says which function is meant where a text is something else, as JSON Schema. */
const MARKED_FORMS: readonly object[] = [
  {
    type: 'object',
    properties: { expression: { type: 'string', description: 'An expression' } },
    required: ['expression'],
    additionalProperties: false,
  },
  USE_FORM,
];

/** A function of the record, or a field by its name. */
export type FieldOrFunction = string | ((record: unknown) => unknown);

/**
 * An option that is the name of a field, or a function of the record: data says that by `{ expression: … }` or `{ use: … }`, as a
 * text is the name. It may also be what `or` says.
 */
export function fieldOption(
  description: string,
  { or = [], gives }: FieldOptionForms = {},
): z.ZodType<FieldOrFunction> {
  // Not to be a function is to be of another type: none of the forms is then nearer than the others.
  const made = z
    .unknown()
    .superRefine((input, { addIssue }) => {
      if (typeof input !== 'function')
        addIssue({ code: 'invalid_type', expected: 'function', input, continue: false } as never);
    })
    .meta({ anyOf: MARKED_FORMS });
  const schema = z.union([z.string().min(1), ...[or].flat(), made]).describe(description);
  const role = { role: 'function', takes: ['record'], text: 'value' } as const;
  return withRole(schema, { ...role, ...(gives && { gives }) }) as never;
}

/** The option `use` of what only code can make; data says it by the name of an export. */
export function useOption(
  accepts: (value: unknown) => boolean,
  expected: string,
  description: string,
): z.ZodType {
  const schema = z
    .unknown()
    .refine(accepts, { error: `expected ${expected}`, abort: true })
    .meta({ ...EXPORT_NAME, description });
  return withRole(schema, { role: 'use' });
}

interface FieldOptionForms {
  readonly or?: z.ZodType | readonly z.ZodType[];
  readonly gives?: FunctionRole['gives'];
}

/**
 * An option that is something only code can make; data says it by the name of an export. It may also be what `or` says,
 * as plain data.
 */
export function exportOption(
  accepts: (value: unknown) => boolean,
  expected: string,
  description: string,
  or?: z.ZodType,
): z.ZodType {
  const made = z
    .unknown()
    .refine(accepts, { error: `expected ${expected}`, abort: true })
    .meta({ anyOf: [USE_FORM] });
  const schema = or === undefined ? made : z.union([or, made]);
  return withRole(schema.describe(description), { role: 'export' });
}

/**
 * An option that is a function; its JSON Schema is that of its form as data. In a pipeline that is a file it is written as an
 * expression, or as an export, `{ use: "./module.ts#name" }`; in code it is a function.
 *
 * @param takes What it is called with, in this order; an expression sees the first as `record`.
 * @param options With `expression: false` it must be an export, as where it returns a promise.
 * @example
 * ```ts
 * import { functionOption } from 'millrace';
 * import { z } from 'zod';
 *
 * const options = z.object({ where: functionOption(['record'], 'What must be true of a record') });
 * ```
 */
export function functionOption(
  takes: readonly string[],
  description: string,
  { expression = true }: { readonly expression?: boolean } = {},
): z.ZodType<(...values: never[]) => unknown> {
  const schema = z
    .unknown()
    .refine((value) => typeof value === 'function', { error: 'expected a function', abort: true })
    .meta({ description, anyOf: expression ? FUNCTION_FORMS : FUNCTION_FORMS.slice(1) });
  return withRole(schema as z.ZodType, { role: 'function', takes, expression }) as never;
}

/**
 * An option that is the path of a file: in a pipeline that is a file, one that is relative is so to that file.
 *
 * @example
 * ```ts
 * import { pathOption } from 'millrace';
 * import { z } from 'zod';
 *
 * const options = z.object({ path: pathOption('Where the report goes') });
 * ```
 */
export function pathOption(description: string): z.ZodType<string> {
  return withRole(z.string().min(1).describe(description), { role: 'path', also: 'streams' });
}
