import { describe, expect, test } from 'vitest';
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
