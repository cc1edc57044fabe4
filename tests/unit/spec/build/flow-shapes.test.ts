import { describe, expect, test } from 'vitest';
import { readerShape } from '../../../../src/spec/shapes/reader-shape.ts';
import { tempFolder } from '../../io/temp-folder.ts';
import { open, put } from '../files.ts';

const typed = '{ csv: { path: in.csv, types: { qty: int } } }';

async function opened(read: string, pipe: string, more = ''): Promise<unknown> {
  const folder = tempFolder().path;
  put(folder, 'order.ts', 'export const same = (record) => record;\n');
  const text = `version: 1\n${more}flows:\n  it:\n    read: ${read}\n    pipe:\n${pipe.replaceAll(/^/gm, '      ')}\nsinks:\n  out: { from: it, write: { discard: {} } }\n`;
  return open(put(folder, 'p.yaml', text));
}

describe('what is known of columns goes along', () => {
  test.each([
    ['filter, sort and take', '- filter: record.qty > 1\n- sort: qty\n- take: 3'],
    ['assign', '- assign: { more: record.qty + 1 }'],
    ['drop', '- drop: [name]'],
    ['cast of others', '- cast: { price: float }'],
    ['index and recordId', '- index: {}\n- recordId'],
    ['select', '- select: [qty]'],
    ['rename of others', '- rename: { a: b }'],
    ['validate', '- validate: { schema: { type: object, required: [qty] } }'],
    ['tap', '- tap: { use: "./order.ts#same" }'],
    ['map', '- map: \'{"qty": record.qty}\''],
  ])('through %s', async (_, pipe) => {
    await expect(opened(typed, `${pipe}\n- filter: record.qty == "1"`)).rejects.toThrow(
      'a number is never equal to text',
    );
  });

  test.each([
    ['map by a function', '- map: { use: "./order.ts#same" }'],
    ['flatMap', "- flatMap: '[record]'"],
    ['cast of the same', '- cast: { qty: string }'],
    ['assign of the same', '- assign: { qty: string(record.qty) }'],
    ['assign by a function', '- assign: { qty: { use: "./order.ts#same" } }'],
    ['rename of the same', '- rename: { qty: n, name: qty }'],
    ['aggregate', '- aggregate: { qty: { last: qty } }'],
    [
      'a policy that replaces records',
      '- filter: { where: record.qty > 1, onError: { fallback: { value: { qty: "1" } } } }',
    ],
  ])('and ends at %s', async (_, pipe) => {
    await expect(opened(typed, `${pipe}\n- filter: record.qty == "1"`)).resolves.toBeDefined();
  });

  test('not where a policy of the reader, or of the file, replaces records', async () => {
    const pipe = '- filter: record.qty == "1"';
    const read = '{ csv: { path: in.csv, types: { qty: int }, onError: { fallback: { value: {} } } } }';
    await expect(opened(read, pipe)).resolves.toBeDefined();
    await expect(opened(typed, pipe, 'onError: { fallback: { value: {} } }\n')).resolves.toBeDefined();
  });

  test('what a reader infers, or reads as arrays, is not known by name', async () => {
    await expect(
      opened('{ csv: { path: in.csv, types: infer } }', '- filter: record.qty > 1'),
    ).resolves.toBeDefined();
    await expect(
      opened('{ csv: { path: in.csv, header: false } }', '- filter: record[0] == "a"'),
    ).resolves.toBeDefined();
    await expect(
      opened('{ csv: { path: in.csv, header: false } }', '- filter: record.qty > 1'),
    ).rejects.toThrow('a list has no fields');
  });

  test('columns that are named are all that there are', async () => {
    await expect(
      opened('{ csv: { path: in.csv, columns: [id, name] } }', '- filter: record.nam == "x"'),
    ).rejects.toThrow('Did you mean "name"?');
  });
});

describe('records that stand in the file', () => {
  const records = (list: readonly unknown[]) => `{ records: ${JSON.stringify(list)} }`;

  test('tell which fields there are, and of what kind', async () => {
    const read = records([{ a: 1 }, { a: 2, b: 'x' }]);
    await expect(opened(read, '- filter: record.a == "1"')).rejects.toThrow(
      'a number is never equal to text',
    );
    await expect(opened(read, '- filter: record.c == "1"')).rejects.toThrow('there is no field "c"');
  });

  test('are samples: others may have other texts', async () => {
    const read = records([{ b: 'x', list: ['y'], more: { b: 'z' } }]);
    const pipe = `- filter: record.b == "q" && record.list[0] == "q" && record.more.b == "q"`;
    await expect(opened(read, pipe)).resolves.toBeDefined();
  });

  test('and nothing where there are many', async () => {
    const read = records(
      Array.from({ length: 1001 }, (_, index) => (index < 1000 ? { a: 1 } : { a: 'x', b: 2 })),
    );
    await expect(opened(read, '- filter: record.a == "x" || record.b == 2')).resolves.toBeDefined();
  });

  test('are looked at in a moment, however many there are', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => ({ [`f${index}`]: `v${index}`, id: index }));
    const before = performance.now();
    readerShape({ component: 'records', options: { records: many } });
    readerShape({
      component: 'records',
      options: { records: Array.from({ length: 100_000 }, () => many[0]) },
    });
    expect(performance.now() - before).toBeLessThan(1000);
  });
});

describe('what is only known at run time is not judged', () => {
  const env = `\${TOKEN:-1}`;

  test.each([
    ['a secret in a field', `- assign: { t: { secret: "${env}" } }\n- filter: record.t == "x"`],
    [
      'a secret deep in a field',
      `- assign: { t: { of: { secret: "${env}" }, n: 1 } }\n- filter: record.t.of == "x"`,
    ],
  ])('%s', async (_, pipe) => {
    await expect(opened(typed, pipe)).resolves.toBeDefined();
  });

  test('a secret in a record', async () => {
    const read = `{ records: [{ id: 1, t: { secret: "${env}" } }] }`;
    await expect(opened(read, '- filter: record.t == "x"')).resolves.toBeDefined();
  });

  test('a secret parameter in a record', async () => {
    const read = `{ records: [{ id: 1, t: "\${params.t}" }] }`;
    const params = 'params: { t: { type: number, default: 1, secret: true } }\n';
    await expect(opened(read, '- filter: record.t > 0', params)).resolves.toBeDefined();
  });
});

const folderWith = (text: string) => put(tempFolder().path, 'p.yaml', `version: 1\n${text}`);

test('a join of a kind that a parameter says', async () => {
  const text = `params: { k: { default: anti, enum: [anti, inner] } }
flows:
  a: { read: { csv: { path: a.csv, columns: [id, name] } } }
  b: { read: { csv: { path: b.csv, columns: [id] } } }
  both:
    join: { left: a, right: b, on: record.id, kind: "\${params.k}" }
    pipe: [{ filter: record.name == "x" }]
sinks:
  out: { from: both, write: { discard: {} } }
`;
  await expect(open(folderWith(text))).resolves.toBeDefined();
});

test.each([
  ['goes on as it was', '', false],
  [
    'is not known behind a policy that replaces records',
    ', onError: { fallback: { value: { other: 1 } } }',
    true,
  ],
])('what a split lets through %s', async (_, policy, sound) => {
  const text = `flows:
  a:
    read: { csv: { path: a.csv, columns: [id, name] } }
    pipe:
      - split: { routes: { x: record.id == "1", rest: otherwise }${policy} }
  b: { from: a.rest, pipe: [{ filter: record.other == 1 }] }
sinks:
  x: { from: a.x, write: { discard: {} } }
  out: { from: b, write: { discard: {} } }
`;
  const opening = open(folderWith(text));
  if (sound) await expect(opening).resolves.toBeDefined();
  else await expect(opening).rejects.toThrow('there is no field "other"');
});
