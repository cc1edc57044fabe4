import { spawnSync } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { seededRandom } from '../../src/core/random.ts';
import type { Benchmark } from '../benchmark.ts';
import { contest, ratio, typical } from '../contest.ts';
import { section } from '../results.ts';
import { scaled } from '../scale.ts';

/** Megabytes of NDJSON. */
const MEGABYTES = scaled(1000);
const MEMORY = 256;
const ROUNDS = 2;

const LIMIT = ['--max-old-space-size=64', '--max-semi-space-size=4'];

const WAYS = [
  { name: 'copy', label: 'millrace: read and write, without sorting', flags: [] },
  { name: 'sort', label: 'millrace: read, `sort`, write', flags: [] },
  { name: 'sort, limited', label: 'the same, heap limited to 64 MB', flags: LIMIT },
  { name: 'gnu', label: 'GNU sort of lines with the key in front', flags: [] },
  { name: 'gnu, extracted', label: 'GNU sort, with awk in front to extract the key', flags: [] },
] as const;

export const externalSort: Benchmark = {
  name: 'external-sort',
  question: `How long does it take to sort ${MEGABYTES} MB of NDJSON in ${MEMORY} MiB of memory, and what is resident?`,
  async measure() {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
    try {
      const input = join(folder, 'input.ndjson');
      const lines = await generate(input, join(folder, 'decorated.tsv'));
      const rounds = await contest(
        WAYS.map(({ name, flags }) => ({
          name,
          job: 'jobs/external-sort.ts',
          args: [name.split(/, (?=limited)/)[0]!, folder, `${MEMORY}`],
          flags,
        })),
        ROUNDS,
      );
      const { size } = await stat(input);
      const digests = ['sort', 'sort, limited', 'gnu, extracted'].map((name) =>
        typical(rounds, name, 'digest'),
      );
      if (new Set(digests).size > 1) throw new Error('the sorted files differ');
      const to = (name: string, base: string) => ratio(rounds, name, base, 'wallMs');
      const resident = typical(rounds, 'sort, limited', 'rssMb');
      return {
        setup: [
          `${(size / 1e6).toFixed(0)} MB, ${lines} records of nine fields, by text of 24 characters in random order. The files that are written are the same, byte by byte.`,
          `millrace makes records of the lines, and lines of the records. GNU sort (\`LC_ALL=C sort -s -k1,1 -S ${MEMORY}M\`, ${gnuVersion()}) sorts lines that have the key in front already, on two threads; once, awk puts it there in the same pipe, and cut takes it away.`,
          `A process for each way and round, ${ROUNDS} rounds.`,
        ],
        tables: [
          {
            head: ['way', 's', '÷ GNU sort', '÷ GNU sort with extraction', 's of processor', 'MB resident'],
            rows: WAYS.map(({ name, label }) => [
              label,
              (typical(rounds, name, 'wallMs') / 1000).toFixed(1),
              to(name, 'gnu').toFixed(2),
              to(name, 'gnu, extracted').toFixed(2),
              name.startsWith('gnu') ? '' : (typical(rounds, name, 'cpuMs') / 1000).toFixed(1),
              name.startsWith('gnu') ? '' : typical(rounds, name, 'rssMb').toFixed(0),
            ]),
          },
        ],
        goals: [
          { what: 'millrace ÷ GNU sort on the extracted key', most: 2, measured: to('sort', 'gnu') },
          {
            what: 'MB resident above the memory of the pipeline, heap limited',
            most: 120,
            measured: resident - MEMORY * 1.048576,
          },
        ],
        takeaway: `millrace sorts NDJSON in ${to('sort', 'gnu').toFixed(1)} times what GNU sort takes for lines with the key in front, and in ${to('sort', 'gnu, extracted').toFixed(2)} times what it takes with awk to put it there.`,
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Writes the records, and the same lines with the key in front. Returns how many. */
async function generate(input: string, decorated: string): Promise<number> {
  const random = seededRandom(42);
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const word = (length: number) =>
    Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');
  const outputs = [input, decorated].map((path) => Writable.toWeb(createWriteStream(path)).getWriter());
  let bytes = 0;
  let lines = 0;
  while (bytes < MEGABYTES * 1e6) {
    let plain = '';
    let keyed = '';
    for (let n = 0; n < 2000; n++) {
      const key = word(24);
      const line = `${JSON.stringify({
        id: ++lines,
        ts: new Date(1.7e12 + lines * 1000).toISOString(),
        token: key,
        customer: `${word(5)} ${word(8)}`,
        country: letters.slice(lines % 20, (lines % 20) + 2),
        qty: lines % 9,
        price: Math.round(random() * 1e5) / 100,
        status: lines % 3 === 0 ? 'paid' : 'pending',
        comment: `${word(6)} ${word(9)} ${word(12)}`,
      })}\n`;
      plain += line;
      keyed += `${key}\t${line}`;
    }
    await outputs[0]!.write(Buffer.from(plain));
    await outputs[1]!.write(Buffer.from(keyed));
    bytes += plain.length;
  }
  for (const output of outputs) await output.close();
  return lines;
}

function gnuVersion(): string {
  if (!existsSync('/usr/bin/sort')) return 'no GNU sort';
  return spawnSync('sort', ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0]!;
}

if (import.meta.main) console.log(section(externalSort, await externalSort.measure()).join('\n'));
