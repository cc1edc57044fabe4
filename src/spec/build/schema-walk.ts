import type { z } from 'zod';
import type { Located } from '../source/located.ts';

type Schema = z.core.$ZodType;

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly valueType?: Schema;
  readonly catchall?: Schema;
  readonly element?: Schema;
  readonly items?: readonly Schema[];
  readonly options?: readonly Schema[];
  readonly values?: readonly unknown[];
  readonly innerType?: Schema;
  readonly in?: Schema;
}

function definition(schema: Schema): Definition {
  const def = schema._zod.def as unknown as Definition;
  const inner = def.innerType ?? (def.type === 'pipe' ? def.in : undefined);
  return inner === undefined ? def : definition(inner);
}

/** The options of an object schema, looking through what it is wrapped into; none where it is no object. */
export function shapeOf(schema: Schema): Readonly<Record<string, Schema>> {
  return definition(schema).shape ?? {};
}

/** The options of an object schema, or of all objects that are among the forms of another; none where it takes others besides. */
export function optionNames(schema: Schema): readonly string[] {
  const { options, catchall } = definition(schema);
  if (options !== undefined) return options.flatMap(optionNames);
  return takesOthers(catchall) ? [] : Object.keys(shapeOf(schema));
}

function takesOthers(catchall: Schema | undefined): boolean {
  return catchall !== undefined && catchall._zod.def.type !== 'never';
}

/** What the values of a map are, where all are the same. */
export function isRecord(schema: Schema | undefined): boolean {
  return schema !== undefined && definition(schema).type === 'record';
}

/** The schema of what stands under a key, or at a place of a list; `undefined` where the schema does not say. */
export function schemaBelow(schema: Schema | undefined, key: string | number): Schema | undefined {
  if (schema === undefined) return undefined;
  const { shape, valueType, catchall, element, items, options } = definition(schema);
  if (options !== undefined) {
    return options.map((option) => schemaBelow(option, key)).find((below) => below !== undefined);
  }
  if (typeof key === 'number') return items?.[key] ?? element;
  if (shape !== undefined && Object.hasOwn(shape, key)) return shape[key];
  return takesOthers(catchall) ? catchall : valueType;
}

/** Whether a scalar is one of the values that a schema, or one of the forms that it allows, spells out. */
export function isLiteral(schema: Schema, node: Located): boolean {
  if (node.kind !== 'scalar') return false;
  const { type, options, values } = definition(schema);
  if (type === 'literal') return values!.includes(node.value);
  return (options ?? []).some((option) => isLiteral(option, node));
}
