import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random.ts';
import type { Balance } from '../../../src/interfaces/run.ts';

const JOB = join(import.meta.dirname, 'sqlite-job.ts');
const ORDERS = 12_000;
/** Kills for each way; a job is killed until it gets through. */
const KILLS = Number(process.env['MILLRACE_KILLS'] ?? 5);

let root: string;
let whole: { readonly tables: unknown; readonly balance: Balance };

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'millrace-'));
  const folder = prepared('whole');
  const { result } = await job(folder, 'apart');
  whole = { tables: tables(folder), balance: result!.balance };
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A folder with the orders, and an empty table whose rule some of them break. */
function prepared(name: string): string {
  const folder = join(root, name);
  mkdirSync(folder);
  const input = join(root, 'in.db');
  if (name === 'whole') {
    execute(
      input,
      'CREATE TABLE orders (id INTEGER PRIMARY KEY, shop TEXT, total REAL)',
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ORDERS})
       INSERT INTO orders SELECT i, 'shop ' || (i * 7 % 13), (i * 7919 % 100000) / 100.0 FROM n`,
    );
  }
  cpSync(input, join(folder, 'in.db'));
  execute(
    join(folder, 'out.db'),
    'CREATE TABLE large (id INTEGER, shop TEXT, total REAL, big INTEGER, data BLOB, CHECK (id % 1000 <> 77))',
  );
  return folder;
}

function execute(path: string, ...statements: readonly string[]): void {
  const database = new DatabaseSync(path);
  for (const statement of statements) database.exec(statement);
  database.close();
}

/** All that is in the tables of a folder, in the order of its writing. */
function tables(folder: string): unknown {
  const database = new DatabaseSync(join(folder, 'out.db'));
  const outcome = ['large', 'small', 'rejects', 'shops'].map((table) => {
    const statement = database.prepare(`SELECT * FROM ${table} ORDER BY rowid`);
    statement.setReturnArrays(true);
    statement.setReadBigInts(true);
    const rows = statement.all() as unknown as unknown[][];
    return [table, rows.length, rows.map((row) => row.map(String).join()).join('\n')];
  });
  const unfinished = database
    .prepare('SELECT count(*) AS count FROM millrace_outputs WHERE finished = 0')
    .get();
  database.close();
  return { outcome, unfinished: unfinished?.count };
}

interface Result {
  readonly balance: Balance;
  readonly checkpoints: { readonly runs: number; readonly resumedFrom?: number };
}

/** Runs the job; kills it when it has said so many lines, and so many milliseconds are over. */
function job(
  folder: string,
  where: string,
  kill?: { readonly lines: number; readonly ms: number },
): Promise<{ readonly result: Result | undefined; readonly killed: boolean }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [JOB, folder, where], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let timer: NodeJS.Timeout | undefined;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (kill === undefined || stdout.split('\n').length <= kill.lines) return;
      timer ??= setTimeout(() => child.kill('SIGKILL'), kill.ms);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (signal === 'SIGKILL') resolve({ result: undefined, killed: true });
      else if (code === 0) resolve({ result: JSON.parse(stdout.trim().split('\n').at(-1)!), killed: false });
      else reject(new Error(`the job ended with ${code}: ${stderr}`));
    });
  });
}

test('the job writes rows to all of its tables', () => {
  const { outcome } = whole.tables as { outcome: [string, number][] };
  for (const [table, rows] of outcome) expect(rows, table).toBeGreaterThanOrEqual(5);
});

describe.each(['apart', 'together'])('a job that is killed again and again, its checkpoints %s', (where) => {
  test('writes each row once', async () => {
    const random = seededRandom(where.length);
    let kills = 0;
    let resumed = 0;
    for (let round = 0; kills < KILLS; round++) {
      const folder = prepared(`${where}-${round}`);
      let result: Result | undefined;
      for (let life = 0; result === undefined; life++) {
        // Later lives are longer, so that each round ends.
        const lines = Math.floor(random() * (2 + life));
        const ended = await job(folder, where, { lines, ms: Math.floor(random() * 12) });
        if (ended.killed) kills++;
        result = ended.result;
      }
      expect(tables(folder)).toEqual(whole.tables);
      expect(result.balance).toEqual(whole.balance);
      if (result.checkpoints.resumedFrom !== undefined) resumed++;
      rmSync(folder, { recursive: true, force: true });
    }
    expect(resumed).toBeGreaterThan(0);
  }, 600_000);
});
