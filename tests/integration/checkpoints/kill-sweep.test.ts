import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random.ts';
import type { Balance } from '../../../src/interfaces/run.ts';

const CHILD = join(import.meta.dirname, 'child.ts');
const RECORDS = 12_000;
/** Kills in all; each job is killed until it gets through. */
const KILLS = Number(process.env['MILLRACE_KILLS'] ?? 40);

let root: string;
let whole: { readonly outputs: Readonly<Record<string, string>>; readonly balance: Balance };

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'millrace-sweep-'));
  const input = join(root, 'input');
  mkdirSync(input);
  writeOrders(input);
  const undisturbed = join(root, 'whole');
  cpSync(input, undisturbed, { recursive: true });
  const { result } = await child(undisturbed);
  whole = { outputs: outputs(undisturbed), balance: result!.balance };
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Orders over several files and compressions, some of which cannot be read. */
function writeOrders(folder: string): void {
  const random = seededRandom(5);
  let csv = '';
  const files: string[] = [];
  const header = 'id,shop,qty,price,status,at\n';
  for (let id = 0; id < RECORDS; id++) {
    const qty = id % 97 === 0 ? 'many' : String(1 + Math.floor(random() * 9));
    const price = (random() * 200).toFixed(2);
    const status = id % 3 === 0 ? 'paid' : 'open';
    csv += `${id},"shop ${Math.floor(random() * 7)}",${qty},${price},${status},${1.7e12 + id * 60_000}\n`;
    if ((id + 1) % (RECORDS / 6) === 0) {
      files.push(header + csv);
      csv = '';
    }
  }
  const names = ['1.csv', '2.csv.gz', '3.csv.zst', '4.csv', '5.csv.gz', '6.csv.zst'];
  for (const [index, text] of files.entries()) {
    const name = names[index]!;
    const bytes = Buffer.from(text);
    const packed = name.endsWith('gz')
      ? gzipSync(bytes)
      : name.endsWith('zst')
        ? zstdCompressSync(bytes)
        : bytes;
    writeFileSync(join(folder, `orders-${name}`), packed);
  }
}

interface Result {
  readonly balance: Balance;
  readonly checkpoints: { readonly runs: number; readonly resumedFrom?: number };
}

/** Runs the job; kills it when it has said so many lines, or after so many milliseconds. */
function child(
  folder: string,
  kill?: { readonly lines: number; readonly ms: number },
): Promise<{ readonly result: Result | undefined; readonly killed: boolean; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    const process_ = spawn(process.execPath, [CHILD, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let timer: NodeJS.Timeout | undefined;
    process_.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (kill === undefined || stdout.split('\n').length <= kill.lines) return;
      timer ??= setTimeout(() => process_.kill('SIGKILL'), kill.ms);
    });
    process_.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    process_.on('error', reject);
    process_.on('close', (code, signal) => {
      clearTimeout(timer);
      if (signal === 'SIGKILL') resolve({ result: undefined, killed: true, stderr });
      else if (code === 0)
        resolve({ result: JSON.parse(stdout.trim().split('\n').at(-1)!), killed: false, stderr });
      else reject(new Error(`the job ended with ${code}: ${stderr}`));
    });
  });
}

/** What was written, without what differs from run to run: how it is compressed, and when a letter was made. */
function outputs(folder: string): Record<string, string> {
  const out = join(folder, 'out');
  return Object.fromEntries(
    readdirSync(out)
      .sort()
      .map((name) => {
        const bytes = readFileSync(join(out, name));
        const text = name.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString();
        const plain = text.replaceAll(/"time":"[^"]*",?/g, '').replaceAll(folder, '');
        return [name, plain];
      }),
  );
}

describe('a job that is killed again and again', () => {
  test('comes to what it comes to undisturbed, to the byte', async () => {
    const random = seededRandom(8);
    let kills = 0;
    let resumed = 0;
    for (let round = 0; kills < KILLS; round++) {
      const folder = join(root, `round-${round}`);
      cpSync(join(root, 'input'), folder, { recursive: true });
      let result: Result | undefined;
      for (let life = 0; result === undefined; life++) {
        // Later lives are longer, so that each round ends.
        const lines = Math.floor(random() * (2 + life));
        const ended = await child(folder, { lines, ms: Math.floor(random() * 12) });
        if (ended.killed) kills++;
        result = ended.result;
      }
      expect(outputs(folder)).toEqual(whole.outputs);
      expect(result.balance).toEqual(whole.balance);
      if (result.checkpoints.resumedFrom !== undefined) resumed++;
      rmSync(folder, { recursive: true, force: true });
    }
    expect(resumed).toBeGreaterThan(0);
  }, 600_000);
});
