import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { millrace } from './command.ts';
import { useWorkspace } from './workspace.ts';

const work = useWorkspace();

const NUMBERS = `
import { filter, from, map, ndjson, pipeline } from 'millrace';

const odd: (n: number) => boolean = (n) => n % 2 === 1;
const numbers = from([1, 2, 3, 4, 5]).pipe(filter(odd), map((n) => ({ n })));
export default pipeline('numbers', [numbers.to(ndjson.write('odd.ndjson'))]);
`;

function numbers(): { cwd: string } {
  work.current.put('numbers.ts', NUMBERS);
  return { cwd: work.current.folder };
}

describe('millrace run', () => {
  test('runs a TypeScript module from a folder where millrace is not installed', async () => {
    const { code, stdout } = await millrace(['run', 'numbers.ts'], numbers());
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(work.current.lines('odd.ndjson')).toEqual(['{"n":1}', '{"n":3}', '{"n":5}']);
  });

  test('ends with a table of the nodes and the balance on stderr', async () => {
    const { stderr } = await millrace(['run', 'numbers.ts'], numbers());
    const [headline, titles, ...rows] = stderr.trimEnd().split('\n');
    expect(headline).toMatch(/^numbers done in .*: 5 records read, 3 written$/);
    expect(titles!.split(/ {2,}/)).toEqual(['node', 'in', 'out', 'filtered', 'bytes', 'busy', 'held back']);
    expect(rows.map((row) => row.split(/ {2,}/).slice(0, 4).join(' '))).toEqual([
      'array 5 5 0',
      'filter 5 3 2',
      'map 3 3 0',
      'ndjson 3 3 0',
      'balance: 5 read + 0 created = 3 written + 2 filtered: closed',
    ]);
  });

  test('says nothing with --quiet', async () => {
    const ended = await millrace(['run', 'numbers.ts', '--quiet'], numbers());
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('prints the summary as one JSON document with --json, and nothing else', async () => {
    const { code, stdout, stderr } = await millrace(['run', 'numbers.ts', '--json'], numbers());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      pipeline: 'numbers',
      state: 'done',
      balance: { read: 5, written: 3, filtered: 2, closed: true, gaps: [] },
    });
  });

  test('leaves stdout to a pipeline that writes there', async () => {
    work.current.put('numbers.ts', NUMBERS.replace('odd.ndjson', '-'));
    const { stdout, stderr } = await millrace(['run', 'numbers.ts', '--json'], { cwd: work.current.folder });
    expect(stdout).toBe('{"n":1}\n{"n":3}\n{"n":5}\n');
    expect(JSON.parse(stderr)).toMatchObject({ state: 'done' });
  });

  test('names the way of sampled records with --debug', async () => {
    const { code, stderr } = await millrace(['run', 'numbers.ts', '--debug'], numbers());
    expect(code).toBe(0);
    expect(stderr).toContain('record 1 enters filter\n');
    expect(stderr).not.toContain('record 2 enters map\n');
  });

  test('exits 1 when the run fails, and says where and why', async () => {
    work.current.put('numbers.ts', NUMBERS.replace('n % 2 === 1', '(n as any).gone.deep'));
    const { code, stdout, stderr } = await millrace(['run', 'numbers.ts'], { cwd: work.current.folder });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error ERR_CALLBACK: Cannot .*record 1 .*\n$/);
    expect(work.current.list()).toEqual(['numbers.ts']);
  });

  test('prints a failure as JSON with --json, and exits 1 all the same', async () => {
    work.current.put('numbers.ts', NUMBERS.replace('n % 2 === 1', '(n as any).gone.deep'));
    const { code, stdout, stderr } = await millrace(['run', 'numbers.ts', '--json'], {
      cwd: work.current.folder,
    });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'ERR_CALLBACK', node: 'filter', origin: { record: 1 } },
    });
  });

  test('shows the stack and the cause with --debug', async () => {
    work.current.put('numbers.ts', NUMBERS.replace('n % 2 === 1', '(n as any).gone.deep'));
    const { stderr } = await millrace(['run', 'numbers.ts', '--debug'], { cwd: work.current.folder });
    expect(stderr).toMatch(/\[cause\]: TypeError: .*\n\s+at odd \(.*numbers\.ts:4:\d+\)/);
  });

  test('colours by NO_COLOR and FORCE_COLOR', async () => {
    const options = numbers();
    const coloured = await millrace(['rum'], { ...options, env: { NO_COLOR: undefined, FORCE_COLOR: '1' } });
    const plain = await millrace(['rum'], options);
    expect(coloured.stderr).toContain('\u001B[');
    expect(plain.stderr).not.toContain('\u001B[');
  });
});

describe('millrace check, graph and explain', () => {
  test('check says that a pipeline is sound, and runs nothing', async () => {
    const ended = await millrace(['check', 'numbers.ts'], numbers());
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout.split('\n')[0]).toBe('numbers is sound: 4 nodes in 2 stages');
    expect(work.current.list()).toEqual(['numbers.ts']);
  });

  test('check names all problems of an invalid pipeline at once, and exits 2', async () => {
    work.current.put(
      'invalid.ts',
      `import { from, ndjson, pipeline } from 'millrace';
       const { a } = from([1]).split({ a: () => true, b: () => false });
       export default pipeline('wrong', [a.to(ndjson.write('x')), from([2]).to(ndjson.write('x'))]);`,
    );
    const { code, stderr } = await millrace(['check', 'invalid.ts'], { cwd: work.current.folder });
    expect(code).toBe(2);
    expect(stderr).toContain('error ERR_PIPELINE_INVALID: Cannot build pipeline "wrong":');
    expect(stderr).toContain('The route "b" of "split" leads nowhere');
    expect(stderr).toContain('2 sinks write to');
    expect(stderr).toContain('at invalid.ts:3:');
  });

  test('graph draws Mermaid, DOT and JSON', async () => {
    const options = numbers();
    const mermaid = await millrace(['graph', 'numbers.ts'], options);
    const dot = await millrace(['graph', 'numbers.ts', '--format', 'dot'], options);
    const json = await millrace(['graph', 'numbers.ts', '--format=json'], options);
    expect(mermaid.stdout).toMatch(/^flowchart LR\n/);
    expect(dot.stdout).toMatch(/^digraph "numbers" \{\n/);
    expect(JSON.parse(json.stdout)).toMatchObject({ name: 'numbers', edges: [{ from: 'array' }, {}, {}] });
  });

  test('explain shows what is fused', async () => {
    const { code, stdout } = await millrace(['explain', 'numbers.ts'], numbers());
    expect(code).toBe(0);
    expect(stdout).toContain('fused: filter, map');
  });

  test('check and explain say what is promised for each sink, and who lowers it', async () => {
    work.current.put(
      'sinks.ts',
      `import { forEach, from, ndjson, pipeline } from 'millrace';
       const numbers = from([1, 2, 3]);
       export default pipeline('sinks', [numbers.to(ndjson.write('a.ndjson')), numbers.to(forEach(() => {}))]);`,
    );
    const options = { cwd: work.current.folder };
    const promise = 'when the process is killed and when the machine loses power';
    for (const name of ['check', 'explain']) {
      const { code, stdout } = await millrace([name, 'sinks.ts'], options);
      expect(code).toBe(0);
      expect(stdout.split('\n').slice(-5)).toEqual([
        'with --checkpoints, each record that was read is in the output',
        `  of ndjson: exactly once, ${promise}`,
        `  of for_each: at least once, ${promise}`,
        expect.stringMatching(/^ {4}"for_each" \(for_each.*\) takes nothing back that it has written/),
        '',
      ]);
      const json = await millrace([name, 'sinks.ts', '--json'], options);
      expect(JSON.parse(json.stdout).guarantees).toEqual({
        problems: [],
        sinks: [
          { sink: 'ndjson', killed: 'exactly once', powerLost: 'exactly once', loweredBy: [] },
          {
            sink: 'for_each',
            killed: 'at least once',
            powerLost: 'at least once',
            loweredBy: [expect.stringContaining('takes nothing back')],
          },
        ],
      });
    }
  });

  test('check and explain say what stands in the way of checkpoints', async () => {
    work.current.put(
      'opaque.ts',
      `import { from, pipeline, rx, stdout } from 'millrace';
       export default pipeline('opaque', from([1]).pipe(rx((input) => input)).to(stdout()));`,
    );
    for (const name of ['check', 'explain']) {
      const { code, stdout } = await millrace([name, 'opaque.ts'], { cwd: work.current.folder });
      expect(code).toBe(0);
      expect(stdout).toContain('--checkpoints is refused, as\n  nobody can tell what "rx" (rx) remembers\n');
    }
  });

  test('explain gives the plan to machines with --json', async () => {
    const { stdout } = await millrace(['explain', 'numbers.ts', '--json'], numbers());
    expect(JSON.parse(stdout)).toMatchObject({
      pipeline: 'numbers',
      stages: [
        { head: 'read', nodes: ['array', 'filter', 'map'] },
        { head: 'write', nodes: ['ndjson'] },
      ],
      edges: [{ from: 1, to: 2, port: 'out' }],
    });
  });
});

describe('millrace help and version', () => {
  test.each([[['--help']], [['help']], [['-h']]])('%s shows the commands', async (args) => {
    const { code, stdout, stderr } = await millrace(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of ['run', 'check', 'graph', 'explain']) expect(stdout).toContain(`\n  ${name} `);
  });

  test('help run and run --help are the same', async () => {
    const [asked, flag] = [await millrace(['help', 'run']), await millrace(['run', '--help'])];
    expect(asked.stdout).toBe(flag.stdout);
    for (const option of ['--set <key=value>', '--json', '--quiet', '--debug', '--stall-after <duration>']) {
      expect(asked.stdout).toContain(option);
    }
  });

  test('--version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(await millrace(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('wrong usage exits 2 and says what was meant', () => {
  test.each([
    [['rum', 'orders.ts'], 'Cannot find the command "rum"', 'Did you mean "run"?'],
    [['run', 'a.ts', '--quite'], 'Cannot run: there is no option --quite', 'Did you mean --quiet?'],
    [['run'], 'Cannot run: no module is given', 'millrace run orders.ts'],
  ])('%j', async (args, message, hint) => {
    const { code, stdout, stderr } = await millrace(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`error ERR_USAGE: ${message}\n`);
    expect(stderr).toContain(hint);
  });

  test('no command at all shows the help on stderr', async () => {
    const { code, stdout, stderr } = await millrace([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: millrace');
  });

  test('is JSON on stdout with --json', async () => {
    const { code, stdout, stderr } = await millrace(['rum', '--json']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'ERR_USAGE',
        message: 'Cannot find the command "rum"',
        hint: 'Did you mean "run"?',
        details: {},
      },
    });
  });
});

describe('graph in other forms', () => {
  const FILE =
    'version: 1\nflows: { a: { read: { ndjson: in.ndjson } } }\nsinks: { out: { from: a, write: { csv: out.csv } } }\n';

  test('draws boxes and lines, and a picture', async () => {
    work.current.put('p.yaml', FILE);
    const [text, svg] = await Promise.all(
      ['text', 'svg'].map((format) =>
        millrace(['graph', 'p.yaml', '--format', format], { cwd: work.current.folder }),
      ),
    );
    expect(text!.stderr + svg!.stderr).toBe('');
    expect(text!.stdout).toContain('│ ndjson in.ndjson │╶─▶│ csv out.csv │');
    expect(svg!.stdout).toContain('<svg ');
    expect(svg!.stdout).toContain('>out</text>');
  });
});
