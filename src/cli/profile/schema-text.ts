import type { ShapeKind, ValueShape } from './value-shape.ts';

/** A JSON Schema of records of a shape, draft 2020-12. Properties that were there in all of them are required. */
export function jsonSchemaOf(shape: ValueShape, title: string): object {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title, ...schemaOf(shape) };
}

function schemaOf(shape: ValueShape): object {
  const kinds = plainKinds(shape);
  const types = [...new Set(kinds.map((kind) => (kind === 'date' ? 'string' : kind)))];
  if (types.length === 0) return {};
  return {
    type: types.length === 1 ? types[0] : types,
    ...(kinds.includes('date') && !kinds.includes('string') && { format: 'date-time' }),
    ...(shape.items !== undefined && { items: schemaOf(shape.items) }),
    ...(shape.objects > 0 && objectSchema(shape)),
  };
}

function objectSchema({ properties, objects }: ValueShape): object {
  const entries = [...properties];
  return {
    properties: Object.fromEntries(entries.map(([name, inner]) => [name, schemaOf(inner)])),
    required: entries.filter(([, { present }]) => present === objects).map(([name]) => name),
  };
}

/** A zod schema of records of a shape, as the source of a module. */
export function zodSchemaOf(shape: ValueShape): string {
  return `import { z } from 'zod';\n\nexport const Record = ${zodOf(shape, '')};\n`;
}

function zodOf(shape: ValueShape, margin: string): string {
  const kinds = plainKinds(shape).filter((kind) => kind !== 'null');
  const options = kinds.map((kind) => zodKind(kind, shape, margin));
  const [only = 'z.null()'] = options;
  const schema = options.length > 1 ? `z.union([${options.join(', ')}])` : only;
  return shape.kinds.has('null') && options.length > 0 ? `${schema}.nullable()` : schema;
}

function zodKind(kind: ShapeKind, shape: ValueShape, margin: string): string {
  if (kind === 'integer') return 'z.int()';
  if (kind === 'date') return 'z.coerce.date()';
  if (kind === 'array')
    return `z.array(${shape.items === undefined ? 'z.unknown()' : zodOf(shape.items, margin)})`;
  if (kind !== 'object') return `z.${kind}()`;
  const inner = `${margin}  `;
  const lines = [...shape.properties].map(([name, property]) => {
    const missing = property.present < shape.objects ? '.optional()' : '';
    return `${inner}${key(name)}: ${zodOf(property, inner)}${missing},\n`;
  });
  return lines.length === 0 ? 'z.object({})' : `z.object({\n${lines.join('')}${margin}})`;
}

/** Integers among numbers are numbers. */
function plainKinds({ kinds }: ValueShape): readonly ShapeKind[] {
  return [...kinds].filter((kind) => kind !== 'integer' || !kinds.has('number'));
}

/** A name as the key of an object in source. */
export function key(name: string): string {
  if (name === '__proto__') return "['__proto__']";
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
