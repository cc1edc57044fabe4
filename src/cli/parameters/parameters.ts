import { z } from 'zod';
import { MillraceError } from '../../core/errors.ts';

export interface Parameter {
  readonly name: string;
  readonly schema: z.core.$ZodType;
  /** What may be written for it, e.g. `integer`, `paid | pending`. */
  readonly type: string;
  readonly required: boolean;
  /** Whether its value is never shown. */
  readonly secret: boolean;
  readonly default?: unknown;
  readonly description?: string;
}

/** What a pipeline's function takes: a zod object schema taken apart. */
export interface Parameters {
  readonly schema: z.core.$ZodType;
  readonly list: readonly Parameter[];
  /** Whether the schema takes names that it does not list. */
  readonly open: boolean;
}

/** The slice of JSON Schema that is read. */
interface TypeSchema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly TypeSchema[];
  readonly items?: TypeSchema;
  readonly default?: unknown;
  readonly description?: string;
  readonly writeOnly?: boolean;
  readonly properties?: Readonly<Record<string, TypeSchema>>;
  readonly required?: readonly string[];
}

/**
 * Takes the schema apart that a module exports as `params`, of whichever copy of zod 4.
 *
 * @throws MillraceError `ERR_MODULE` when it is no such schema, or not one of an object.
 */
export function parametersOf(shown: string, exported: unknown): Parameters {
  const schema = zodSchema(exported);
  const object = schema === undefined ? undefined : objectSchema(schema);
  if (schema === undefined || object === undefined) {
    throw new MillraceError(
      'ERR_MODULE',
      `Cannot load ${shown}: its export params is not an object schema of zod 4`,
      {
        hint: 'Write `export const params = z.object({ ... })`.',
      },
    );
  }
  const { properties = {}, required = [] } = jsonSchema(object);
  const list = Object.entries(object._zod.def.shape).map(([name, field]): Parameter => {
    const described = properties[name] ?? {};
    return {
      name,
      schema: field,
      type: typeName(described),
      required: required.includes(name),
      secret: described.writeOnly === true,
      ...(described.default === undefined ? {} : { default: described.default }),
      ...(described.description === undefined ? {} : { description: described.description }),
    };
  });
  const { catchall } = object._zod.def;
  return { schema, list, open: catchall !== undefined && catchall._zod.def.type !== 'never' };
}

function zodSchema(value: unknown): z.core.$ZodType | undefined {
  return typeof value === 'object' && value !== null && '_zod' in value
    ? (value as z.core.$ZodType)
    : undefined;
}

/** Looks through what zod wraps an object into: transforms, defaults, `readonly`. */
function objectSchema(schema: z.core.$ZodType): z.core.$ZodObject | undefined {
  const def = schema._zod.def as z.core.$ZodTypeDef & { in?: unknown; innerType?: unknown };
  if (def.type === 'object') return schema as z.core.$ZodObject;
  const inner = zodSchema(def.type === 'pipe' ? def.in : def.innerType);
  return inner === undefined ? undefined : objectSchema(inner);
}

function jsonSchema(schema: z.core.$ZodType): TypeSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema: described }) => {
      const { type } = zodSchema._zod.def;
      if (type === 'date' || type === 'bigint') Object.assign(described, { type });
    },
  }) as TypeSchema;
}

function typeName({ type, format, enum: values, const: constant, anyOf, items }: TypeSchema): string {
  if (values !== undefined) return values.map(valueText).join(' | ');
  if (constant !== undefined) return valueText(constant);
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeName))].join(' | ');
  if (type === 'array') return items === undefined ? 'array' : `array of ${typeName(items)}`;
  if (type === 'string' && format !== undefined) return format;
  return typeof type === 'string' ? type : (type?.join(' | ') ?? 'value');
}

/** A value as it is written behind `--set key=`. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
}
