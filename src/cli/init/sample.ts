import { TextShape, ValueShape } from '../profile/value-shape.ts';

/** Orders of which one is refused by the reader, and one by the schema. */
export const SAMPLE = `id,customer,status,qty,price,at
1,ada,paid,2,19.90,2026-01-02
2,grace,open,1,249.00,2026-01-02
3,edsger,paid,5,4.50,2026-01-03
4,barbara,refunded,1,99.95,2026-01-03
5,ada,paid,10,120.00,2026-01-04
6,alan,paid,two,15.00,2026-01-05
7,grace,paid,1,,2026-01-05
8,edsger,paid,3,7.25,2026-01-06
`;

/** Lines of it that are as they should be. */
const SOUND = 6;

/** What orders are to be. */
export function sampleShape(): ValueShape {
  const [header = '', ...rows] = SAMPLE.split('\n');
  const names = header.split(',');
  const texts = names.map(() => new TextShape());
  for (const row of rows.slice(0, SOUND - 1)) {
    for (const [at, text] of row.split(',').entries()) texts[at]!.add(text);
  }
  return shapeOf(names, texts);
}

function shapeOf(names: readonly string[], texts: readonly TextShape[]): ValueShape {
  const shape = new ValueShape();
  shape.kinds.add('object');
  shape.objects = 1;
  for (const [at, name] of names.entries()) {
    const column = texts[at]!.shape();
    column.present = 1;
    shape.properties.set(name, column);
  }
  return shape;
}
