import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Flow, ndjson, pipeline, run, sort } from '../../src/index.ts';
import { runJob } from './job.ts';

interface Row {
  readonly token: string;
}

const [way = '', folder = '', memory = ''] = process.argv.slice(2);
const output = join(folder, 'sorted.ndjson');
const GNU = `LC_ALL=C sort -s -t '\t' -k1,1 -S ${memory}M -T '${folder}'`;
const EXTRACT = `LC_ALL=C awk '{ at = index($0, "\\"token\\":"); print substr($0, at + 9, 24) "\\t" $0 }'`;

function shell(command: string): void {
  execFileSync('sh', ['-c', command]);
}

const ways: Readonly<Record<string, (input: string, output: string) => unknown>> = {
  copy: (input) => write(ndjson.read<Row>(input)),
  sort: (input) => write(ndjson.read<Row>(input).pipe(sort('token'))),
  gnu: () => shell(`${GNU} '${join(folder, 'decorated.tsv')}' -o '${output}'`),
  'gnu, extracted': (input) => shell(`${EXTRACT} '${input}' | ${GNU} | cut -f2- > '${output}'`),
};

function write(rows: Flow<Row>): Promise<unknown> {
  const sorted = pipeline('external-sort', rows.to(ndjson.write(output)), {
    memory: `${memory} MiB`,
    spill: { folder },
  });
  return run(sorted);
}

process.argv.splice(2, 3, join(folder, 'input.ndjson'), output);
await runJob(async (input, to) => void (await ways[way]!(input, to)));
