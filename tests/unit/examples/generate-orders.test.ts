import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GeneratedOrders, generateOrders, ORDER_COLUMNS } from '../../../examples/generate-orders.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-orders-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Reads the file back with another program's parser and counts by the README's rules. */
async function recount(path: string): Promise<Pick<GeneratedOrders, 'rows' | 'bad' | 'paid' | 'faults'>> {
  const { data, errors } = Papa.parse<string[]>(await readFile(path, 'utf8'), { skipEmptyLines: true });
  expect(errors).toEqual([]);
  const [header, ...rows] = data;
  expect(header).toEqual([...ORDER_COLUMNS]);
  const faults = { ragged: 0, quantity: 0, status: 0, id: 0 };
  let bad = 0;
  let paid = 0;
  for (const row of rows) {
    const found = [
      row.length !== 10 && 'ragged',
      row.length === 10 && !/^[1-9]$/.test(row[6]!) && 'quantity',
      row.length === 10 && !['paid', 'pending', 'refunded', 'cancelled'].includes(row[8]!) && 'status',
      row[0] === '' && 'id',
    ].filter((fault) => fault !== false) as (keyof typeof faults)[];
    expect(found.length).toBeLessThanOrEqual(1);
    for (const fault of found) faults[fault]++;
    if (found.length > 0) bad++;
    else if (row[8] === 'paid') paid++;
  }
  return { rows: rows.length, bad, paid, faults };
}

describe('the orders generator', () => {
  test('reports exactly what another parser finds in the file', async () => {
    const path = join(folder, 'counted.csv');
    const { bytes, ...counts } = await generateOrders({ path, rows: 20_000, seed: 7 });
    expect(await recount(path)).toEqual(counts);
    expect((await stat(path)).size).toBe(bytes);
  });

  test('makes every fault, at a share near two in a thousand', async () => {
    const made = await generateOrders({ path: join(folder, 'faults.csv'), rows: 50_000, seed: 1 });
    expect(Object.values(made.faults).every((count) => count > 0)).toBe(true);
    expect(Object.values(made.faults).reduce((sum, count) => sum + count)).toBe(made.bad);
    expect(made.bad / made.rows).toBeGreaterThan(0.0015);
    expect(made.bad / made.rows).toBeLessThan(0.0025);
  });

  test('has quoted commas, doubled quotes, line breaks in fields and text beyond ASCII', async () => {
    const path = join(folder, 'messy.csv');
    await generateOrders({ path, rows: 2000 });
    const text = await readFile(path, 'utf8');
    expect(text).toContain('"gizmo, large"');
    expect(text).toContain('"she said ""not before 9"""');
    expect(text).toContain('"ring twice,\nthen wait"');
    expect(text).toContain('山田');
    expect(text).toContain('🎁');
  });

  test('gives the same file for the same seed and another for another', async () => {
    const make = async (name: string, seed: number) => {
      await generateOrders({ path: join(folder, name), rows: 3000, seed });
      return readFile(join(folder, name), 'utf8');
    };
    const first = await make('a.csv', 5);
    expect(await make('b.csv', 5)).toBe(first);
    expect(await make('c.csv', 6)).not.toBe(first);
  });

  test('ends with the row that reaches the wanted bytes, across several pieces', async () => {
    const path = join(folder, 'sized.csv');
    const pieces: number[] = [];
    const made = await generateOrders({
      path,
      bytes: 1_000_000,
      onProgress: ({ bytes }) => pieces.push(bytes),
    });
    expect(made.bytes).toBeGreaterThanOrEqual(1_000_000);
    expect(made.bytes).toBeLessThan(1_050_000);
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.at(-1)).toBe(made.bytes);
    expect(await recount(path)).toMatchObject({ rows: made.rows });
  });

  test('writes the header alone for no rows, into folders that it makes', async () => {
    const path = join(folder, 'new', 'folder', 'empty.csv');
    const made = await generateOrders({ path, rows: 0 });
    expect(made).toMatchObject({ rows: 0, bad: 0, paid: 0 });
    expect(await readFile(path, 'utf8')).toBe(`${ORDER_COLUMNS.join(',')}\n`);
  });

  test('refuses both a size and a number of rows, and neither', async () => {
    const path = join(folder, 'refused.csv');
    await expect(generateOrders({ path })).rejects.toThrow(RangeError);
    await expect(generateOrders({ path, rows: 1, bytes: 1 })).rejects.toThrow(RangeError);
  });

  test('refuses a seed that is no number, which would quietly be the seed 0', async () => {
    const path = join(folder, 'refused.csv');
    await expect(generateOrders({ path, rows: 1, seed: Number('x') })).rejects.toThrow(RangeError);
  });
});
