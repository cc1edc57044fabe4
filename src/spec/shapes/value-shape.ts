import { anyShape, type Kind, mapShape, type Shape, shapeOf } from '../expressions/shape.ts';
import { kindOf } from '../expressions/values.ts';

/** What is known of a value that stands in the file. */
export function valueShape(value: unknown): Shape {
  // What a reference comes to is not looked at.
  if (typeof value === 'string') {
    return value.includes(`\${`) ? undefined : { ...shapeOf('text'), values: new Set([value]) };
  }
  return otherShape(value, valueShape);
}

/** What is known of a value that stands for others like it: it tells what there is, and not which texts. */
export function sampleShape(value: unknown): Shape {
  return typeof value === 'string' && !value.includes(`\${`)
    ? shapeOf('text')
    : otherShape(value, sampleShape);
}

function otherShape(value: unknown, below: (inner: unknown) => Shape): Shape {
  if (typeof value === 'string') return undefined;
  if (Array.isArray(value)) return { ...shapeOf('list'), items: anyShape(value.map((one) => below(one))) };
  const kind = kindOf(value) as Kind;
  if (kind !== 'map') return shapeOf(kind);
  const entries = Object.entries(value as object);
  // What is secret is text, or what the environment makes of it.
  if (entries.length === 1 && entries[0]![0] === 'secret') return undefined;
  return mapShape(
    entries.map(([name, inner]) => [name, below(inner)] as const),
    { closed: true },
  );
}
