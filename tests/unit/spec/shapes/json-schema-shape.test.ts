import { describe, expect, test } from 'vitest';
import { inferShape } from '../../../../src/spec/expressions/infer-shape.ts';
import { jsonSchemaShape } from '../../../../src/spec/shapes/json-schema-shape.ts';

const faults = (schema: unknown, source: string) =>
  inferShape(source, jsonSchemaShape(schema)).faults.map(({ found }) => found);
const closed = (properties: object) => ({ type: 'object', properties, additionalProperties: false });

describe('a JSON Schema says what records may be', () => {
  test.each<[string, unknown, string, string]>([
    [
      'types',
      { type: 'object', properties: { n: { type: 'integer' } } },
      'record.n > "a"',
      'cannot be compared',
    ],
    [
      'lists of types',
      { type: 'object', properties: { n: { type: ['number', 'null'] } } },
      'record.n == "a"',
      'never equal',
    ],
    ['enumerations', closed({ s: { enum: ['a', 'b'] } }), 'record.s == "c"', 'it is never "c"'],
    ['constants', closed({ s: { const: 'a' } }), 'record.s == "c"', 'it is never "c"'],
    [
      'constants of several forms',
      closed({ s: { anyOf: [{ const: 'a' }, { const: 'b' }] } }),
      'record.s == "c"',
      'never "c"',
    ],
    [
      'references',
      { ...closed({ a: { $ref: '#/$defs/a' } }), $defs: { a: closed({ b: { type: 'string' } }) } },
      'record.a.c',
      'no field "c"',
    ],
    [
      'what all forms have in common',
      { allOf: [{ type: 'object', properties: { n: { type: 'number' } } }] },
      'record.n == "a"',
      'never equal',
    ],
    [
      'items',
      closed({ list: { type: 'array', items: { type: 'number' } } }),
      'record.list.exists(x, x == "a")',
      'never equal',
    ],
    [
      'further fields',
      { type: 'object', additionalProperties: { type: 'number' } },
      'record.n == "a"',
      'never equal',
    ],
    ['records that are no objects', { type: 'string' }, 'record.n', 'text has no fields'],
  ])('%s', (_, schema, source, found) => {
    expect(faults(schema, source)).toEqual([expect.stringContaining(found)]);
  });

  const tree = {
    $ref: '#/$defs/node',
    $defs: { node: closed({ next: { $ref: '#/$defs/node' }, v: { type: 'number' } }) },
  };
  test.each<[string, unknown, string]>([
    ['nothing', true, 'record.a > 1 && record.a == "x"'],
    ['an open object', { type: 'object', properties: {} }, 'record.a > 1'],
    ['patterns of names', { ...closed({}), patternProperties: { '^x': {} } }, 'record.x > 1'],
    ['no type', { properties: { a: { type: 'number' } } }, 'record.b.c'],
    [
      'either form',
      { type: 'object', properties: { a: { anyOf: [{ type: 'number' }, { type: 'string' }] } } },
      'record.a > 1 || record.a == "x"',
    ],
    ['a type that nobody knows', { type: 'object', properties: { a: { type: 'any' } } }, 'record.a == "x"'],
    ['a reference to elsewhere', { $ref: 'https://example.org/order.json' }, 'record.a'],
    ['a tree', tree, 'record.next.next.v > 1'],
    ['a tree that is followed far', tree, `record${'.next'.repeat(20)}.w`],
    ['a reference to itself', { $ref: '#' }, 'record.a'],
    ['a type that is called like a method', closed({ a: { type: 'toString' } }), 'record.a == "x"'],
    [
      'tuples',
      closed({ a: { type: 'array', prefixItems: [{ type: 'number' }], items: { type: 'string' } } }),
      'record.a[0] > 1',
    ],
    ['null where it is said', closed({ a: { type: 'string', nullable: true } }), 'record.a == null'],
  ])('and nothing of %s', (_, schema, source) => {
    expect(faults(schema, source)).toEqual([]);
  });
});

describe('large schemas are looked at in a moment', () => {
  const names = Array.from({ length: 300 }, (_, index) => `p${index}`);
  const fields = (of: (index: number) => unknown) =>
    Object.fromEntries(names.map((name, index) => [name, of(index)]));

  test('of fields that are all the schema itself', () => {
    expect(faults(closed(fields(() => ({ $ref: '#' }))), 'record.q')).toEqual([
      expect.stringContaining('no field "q"'),
    ]);
  });

  test('of fields that refer to one another', () => {
    const all = fields((index) => ({ $ref: `#/$defs/p${(index * 7 + 1) % names.length}` }));
    const schema = { ...closed(all), $defs: fields(() => closed({ ...all })) };
    expect(faults(schema, 'record.q')).toEqual([expect.stringContaining('no field "q"')]);
  });

  test('of what is twice as much at each level', () => {
    const levels = Array.from({ length: 40 }, (_, level) => [
      `l${level}`,
      closed({ a: { $ref: `#/$defs/l${level + 1}` }, b: { $ref: `#/$defs/l${level + 1}` } }),
    ]);
    const twice = [{ $ref: '#/$defs/l0' }, { $ref: '#/$defs/m0' }];
    const others = levels.map(([name, schema]) => [
      String(name).replace('l', 'm'),
      JSON.parse(JSON.stringify(schema).replaceAll('/l', '/m')),
    ]);
    const schema = { allOf: twice, $defs: Object.fromEntries([...levels, ...others]) };
    expect(faults(schema, 'record.c')).toEqual([expect.stringContaining('no field "c"')]);
  });

  test('of ten thousand values', () => {
    const values = Array.from({ length: 20_000 }, (_, index) => `v${index}`);
    expect(faults(closed({ s: { enum: values } }), 'record.s == "w"')).toEqual(['it is never "w"']);
  });
});
