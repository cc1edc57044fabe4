import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type GeneratedOrders, generateOrders } from '../../examples/generate-orders.ts';
import type { NodeMetrics, Summary } from '../../src/index.ts';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'millrace-examples-'));
const input = join(folder, 'orders.csv');
let made: GeneratedOrders;

beforeAll(async () => {
  made = await generateOrders({ path: input, rows: 20_000, seed: 7 });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function millrace(file: string, set: Readonly<Record<string, string>>): Summary {
  const values = Object.entries(set).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [inject('command'), 'run', file, '--json', ...values],
    { cwd: ROOT, encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return JSON.parse(stdout);
}

function lines(name: string): unknown[] {
  const text = readFileSync(join(folder, name), 'utf8').trimEnd();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line));
}

const node = ({ nodes }: Summary, name: string): NodeMetrics => nodes.find((one) => one.name === name)!;

describe('the examples', () => {
  test('basic: paid orders in one file, everything bad in the other, with its origin', () => {
    const [out, rejects] = [join(folder, 'paid.ndjson'), join(folder, 'rejects.ndjson')];
    const { balance } = millrace('examples/basic/orders.ts', { in: input, out, rejects });
    expect(balance).toMatchObject({
      closed: true,
      read: made.rows,
      written: made.paid,
      deadLettered: made.bad,
      filtered: made.rows - made.paid - made.bad,
    });
    expect(lines('paid.ndjson')).toHaveLength(made.paid);
    const text = readFileSync(input);
    const letters = lines('rejects.ndjson') as { raw: string; origin: { byte: number; line: number } }[];
    expect(letters).toHaveLength(made.bad);
    for (const { raw, origin } of letters) {
      const bytes = Buffer.from(raw);
      expect(text.subarray(origin.byte, origin.byte + bytes.length)).toEqual(bytes);
      expect(text.subarray(0, origin.byte).toString().split('\n')).toHaveLength(origin.line);
    }
  });

  test('advanced: enriched by a service that fails now and then, large and small orders apart', () => {
    const summary = millrace('examples/advanced/enrich.ts', { in: input, out: folder });
    expect(summary.balance).toMatchObject({ closed: true, read: made.rows, deadLettered: made.bad });
    const checked = node(summary, 'credit check');
    expect(checked).toMatchObject({ out: checked.in, skipped: 0, deadLettered: 0 });
    expect(checked.retried).toBeGreaterThan(0);
    expect(lines('large.ndjson')).toHaveLength(checked.in);
    expect(node(summary, 'csv').out + checked.in).toBe(made.paid);
    expect(lines('revenue.ndjson').at(-1)).toMatchObject({ orders: made.paid });
    expect(lines('bad.ndjson')).toHaveLength(made.bad);
  });
});
