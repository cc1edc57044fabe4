import { cpSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { millrace } from './command.ts';
import { useWorkspace } from './workspace.ts';

const work = useWorkspace();

/** The example of the reference in the workspace. */
function orders(): { cwd: string } {
  cpSync('tests/fixtures/pipelines', work.current.folder, { recursive: true });
  return { cwd: work.current.folder };
}

const SECRET = `version: 1
params: { token: { type: string, secret: true } }
flows:
  it: { read: { csv: { path: "https://127.0.0.1:9/\${params.token}.csv", http: { retries: 0 } } } }
sinks:
  out: { from: it, write: { ndjson: out.ndjson } }
`;

describe('millrace with a pipeline that is a file', () => {
  test('runs it with its parameters', async () => {
    const { code, stdout, stderr } = await millrace(
      ['run', 'orders.yaml', '--set', 'in=orders.csv'],
      orders(),
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain(
      'balance: 6 read + 0 created = 2 written + 1 filtered + 3 dead-lettered: closed',
    );
    expect(work.current.lines('small.csv')).toEqual([
      'id,status,qty,price,total,country',
      'B2,paid,1,9.5,9.5,BE',
    ]);
  });

  test('names the parameters that are missing, and shows them in the help', async () => {
    const { code, stderr } = await millrace(['check', 'orders.yaml'], orders());
    expect(code).toBe(2);
    expect(stderr).toContain('in is missing: say --set in=<string>');
    const help = await millrace(['run', 'orders.yaml', '--help'], { cwd: work.current.folder });
    expect(help.stdout).toContain('--set minimum=<number>  (default: 1000)');
  });

  test('tells every problem with its place, for people and for machines', async () => {
    cpSync('tests/fixtures/wrong-pipelines/many-at-once.yaml', work.current.path('orders.yml'));
    const cwd = work.current.folder;
    const { code, stderr } = await millrace(['check', 'orders.yml'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('error ERR_PIPELINE_FILE: Cannot use orders.yml');
    expect(stderr).toContain('orders.yml:8:9: there is no operator "fliter"');
    expect(stderr).toContain('Did you mean "filter"?');
    expect(stderr).not.toContain('    at ');
    const { stdout } = await millrace(['check', 'orders.yml', '--json'], { cwd });
    const { error } = JSON.parse(stdout);
    expect(error.details.problems).toContainEqual(
      expect.objectContaining({ file: 'orders.yml', line: 8, column: 9, hint: 'Did you mean "filter"?' }),
    );
  });

  test('shows no secret, whatever goes wrong', async () => {
    work.current.put('secret.yaml', SECRET);
    const cwd = work.current.folder;
    const set = ['--set', 'token=hunter2'];
    const commands = [
      ['run'],
      ['run', '--json'],
      ['run', '--debug'],
      ['graph'],
      ['graph', '-f', 'dot'],
      ['explain'],
      ['check', '--json'],
    ];
    for (const [command, ...options] of commands) {
      const { stdout, stderr } = await millrace([command!, 'secret.yaml', ...options, ...set], { cwd });
      expect(stdout + stderr, command).not.toContain('hunter2');
      expect(stdout + stderr).not.toBe('');
    }
  });

  test('writes it as a file again, which is the same graph', async () => {
    const set = ['--set', 'in=orders.csv'];
    const { stdout: text } = await millrace(['graph', 'orders.yaml', '-f', 'yaml', ...set], orders());
    work.current.put('again.yaml', text);
    const cwd = work.current.folder;
    const first = JSON.parse((await millrace(['graph', 'orders.yaml', '--json', ...set], { cwd })).stdout);
    const again = JSON.parse((await millrace(['graph', 'again.yaml', '--json'], { cwd })).stdout);
    const withoutSites = ({ nodes }: { nodes: { site?: string }[] }) =>
      nodes.map(({ site: _, ...node }) => node);
    expect(withoutSites(again)).toEqual(withoutSites(first));
  });

  test('makes checkpoints in a database beside it, where the file says so', async () => {
    const { cwd } = orders();
    work.current.makeFolder('jobs');
    const sub = work.current.put(
      'jobs/checkpointed.yaml',
      'version: 1\ncheckpoint: { store: "sqlite:state" }\nflows:\n  it: { read: { csv: ../orders.csv } }\nsinks:\n  out: { from: it, write: { ndjson: out.ndjson } }\n',
    );
    expect((await millrace(['run', sub], { cwd })).code).toBe(0);
    const listed = await millrace(['checkpoints', 'list', 'sqlite:jobs/state', '--json'], { cwd });
    expect(JSON.parse(listed.stdout)).toMatchObject({
      store: 'sqlite jobs/state',
      pipelines: [{ pipeline: 'checkpointed' }],
    });
  });

  test('makes checkpoints where the file says so', async () => {
    const { cwd } = orders();
    work.current.put(
      'checkpointed.yaml',
      'version: 1\ncheckpoint: { store: state }\nflows:\n  it: { read: { csv: orders.csv } }\nsinks:\n  out: { from: it, write: { ndjson: out.ndjson } }\n',
    );
    expect((await millrace(['run', 'checkpointed.yaml'], { cwd })).code).toBe(0);
    expect(work.current.list('state')).toEqual(['checkpointed']);
  });
});

test('millrace schema prints a schema that the example fits', async () => {
  const { code, stdout } = await millrace(['schema'], orders());
  expect(code).toBe(0);
  const check = new Ajv({ strict: false }).compile(JSON.parse(stdout));
  check(parse(work.current.read('orders.yaml')));
  expect(check.errors).toBeNull();
});

describe('millrace components', () => {
  test('lists what there is', async () => {
    const { stdout } = await millrace(['components']);
    expect(stdout).toMatch(/^ {2}csv +Rows of CSV files as objects$/m);
    expect(stdout).toMatch(/^ {2}mapAsync +Makes one record of each, asynchronously$/m);
  });

  test('shows one with options and an example', async () => {
    const { stdout } = await millrace(['components', 'take']);
    expect(stdout).toContain('operator take: Keeps the first records and ends');
    expect(stdout).toMatch(/^ {2}count +integer +.*\(required\)$/m);
    expect(stdout).toContain('  - take: 10');
  });

  test('suggests a name', async () => {
    const { code, stderr } = await millrace(['components', 'fliter']);
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean "filter"?');
  });
});

describe('migrate', () => {
  test('has nothing to do for the present version, and refuses one of the future', async () => {
    work.current.put('now.yaml', 'version: 1 # now\nflows: {}\nsinks: {}\n');
    work.current.put('later.yaml', 'version: 2\n');
    const at = { cwd: work.current.folder };
    const [now, later] = await Promise.all([
      millrace(['migrate', 'now.yaml'], at),
      millrace(['migrate', '--write', 'now.yaml', 'later.yaml'], at),
    ]);
    expect(now).toEqual({
      code: 0,
      stdout: 'version: 1 # now\nflows: {}\nsinks: {}\n',
      stderr: 'now.yaml is of version 1: nothing to do\n',
    });
    expect(later!.code).toBe(2);
    expect(later!.stderr).toContain('it is of version 2, and this millrace knows versions up to 1');
  });
});
