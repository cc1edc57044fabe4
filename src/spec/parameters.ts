import { z } from 'zod';
import { checkedOptions } from './build/checked-options.ts';
import type { BuildContext, ParameterValue } from './build-context.ts';
import type { LocatedEntry } from './source/located.ts';

/** How a parameter is declared. */
export const parameterSchema = z.strictObject({
  type: z.enum(['string', 'number', 'integer', 'boolean']).default('string').describe('What its value is'),
  default: z
    .union([z.string(), z.number(), z.boolean()])
    .optional()
    .describe('Its value unless another is set; without it, one must be'),
  enum: z
    .array(z.union([z.string(), z.number()]))
    .min(1)
    .optional()
    .describe('The values that it may have'),
  description: z.string().optional().describe('What it is for, in the help of the command'),
  secret: z.boolean().default(false).describe('Whether its value is never shown'),
});

type Declared = z.output<typeof parameterSchema>;

export interface DeclaredParameter {
  readonly schema: z.ZodType;
  readonly secret: boolean;
  readonly default: unknown;
}

const IDENTIFIER = /^[A-Za-z_]\w*$/;

/** The parameters that a file declares; what is wrong with them is a problem. */
export async function declaredParameters(
  entries: ReadonlyMap<string, LocatedEntry>,
  context: BuildContext,
): Promise<ReadonlyMap<string, DeclaredParameter>> {
  const declared = new Map<string, DeclaredParameter>();
  for (const [name, { key, value }] of entries) {
    if (!IDENTIFIER.test(name)) {
      context.problems.add(
        key,
        `"${name}" cannot be the name of a parameter`,
        'Use letters, digits and "_".',
      );
      continue;
    }
    const options = await checkedOptions(
      parameterSchema,
      value,
      { what: `the parameter "${name}"`, at: key, main: 'type' },
      context,
    );
    const parsed = options === undefined ? undefined : parameterSchema.parse(options.value);
    const schema = parsed === undefined ? z.any() : valueSchema(parsed);
    const preset = parsed?.default === undefined ? undefined : schema.safeParse(parsed.default);
    if (preset?.success === false) {
      const at = value.kind === 'map' ? value.entries.get('default')!.value.span : key;
      context.problems.add(
        at,
        `the default of "${name}" is not ${wordsOf(parsed!)}: ${JSON.stringify(parsed!.default)}`,
      );
    }
    declared.set(name, {
      schema: described(schema, parsed, preset?.success === true ? preset.data : undefined),
      secret: parsed?.secret ?? false,
      default: preset?.success === true ? preset.data : undefined,
    });
  }
  return declared;
}

function valueSchema({ type, enum: values }: Declared): z.ZodType {
  if (values !== undefined) return z.literal(values as [string | number, ...(string | number)[]]);
  switch (type) {
    case 'string':
      return z.string();
    case 'number':
      return z.number();
    case 'integer':
      return z.int();
    case 'boolean':
      return z.boolean();
  }
}

/** A secret default is filled in without being part of the description, which is shown. */
function described(schema: z.ZodType, declared: Declared | undefined, preset: unknown): z.ZodType {
  if (declared === undefined) return z.any();
  const { secret, description } = declared;
  const withDefault =
    preset === undefined
      ? schema
      : secret
        ? schema.optional().transform((value) => value ?? preset)
        : schema.default(preset);
  return withDefault.meta({
    ...(description !== undefined && { description }),
    ...(secret && { writeOnly: true }),
  });
}

function wordsOf({ type, enum: values }: Declared): string {
  if (values !== undefined) return `one of ${values.join(', ')}`;
  return { string: 'text', number: 'a number', integer: 'a whole number', boolean: 'true or false' }[type];
}

/** The values that parameters have before any is set: those with a default. */
export function presetValues(
  declared: ReadonlyMap<string, DeclaredParameter>,
): ReadonlyMap<string, ParameterValue> {
  return new Map(
    [...declared].map(([name, { secret, default: value }]) => [
      name,
      { known: value !== undefined, value, secret },
    ]),
  );
}

/** The values that were given for parameters, checked. */
export function givenValues(
  declared: ReadonlyMap<string, DeclaredParameter>,
  given: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, ParameterValue> {
  return new Map(
    [...declared].map(([name, { secret }]) => [name, { known: true, value: given[name], secret }]),
  );
}
