import { anyShape, type Kind, mapShape, type Shape, shapeOf } from '../expressions/shape.ts';
import { kindOf } from '../expressions/values.ts';

/** What is known of a value that stands in the file. */
export function valueShape(value: unknown): Shape {
  if (typeof value === 'string') return { ...shapeOf('text'), values: new Set([value]) };
  if (Array.isArray(value)) {
    return { ...shapeOf('list'), items: anyShape(value.map((one) => valueShape(one))) };
  }
  const kind = kindOf(value) as Kind;
  if (kind !== 'map') return shapeOf(kind);
  return mapShape(
    Object.entries(value as object).map(([name, inner]) => [name, valueShape(inner)] as const),
    { closed: true },
  );
}
