import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { Command, ENTRY, millrace } from './command.ts';
import { useWorkspace } from './workspace.ts';

const work = useWorkspace();

const ENDLESS = `
import { forEach, from, map, ndjson, pipeline } from 'millrace';

function* numbers() {
  for (let n = 0; ; n++) yield n;
}
const flow = from(numbers()).pipe(map((n) => ({ n })));
`;

/** Runs a module, reads one line of its stdout and goes away, as \`head -1\` does. */
async function readOneLine(sinks: string): Promise<{ line: string; code: unknown; stderr: string }> {
  work.current.put('endless.ts', `${ENDLESS}export default pipeline('endless', [${sinks}]);`);
  const command = new Command(['run', 'endless.ts'], { cwd: work.current.folder });
  await command.seen('\n');
  command.child.stdout!.destroy();
  const { code, stdout, stderr } = await command.ended;
  return { line: stdout.slice(0, stdout.indexOf('\n')), code, stderr };
}

describe('stdout into a pipe that closes', () => {
  test('ends a run that writes only there, quietly and with code 0', async () => {
    const { line, code, stderr } = await readOneLine(`flow.to(ndjson.write('-'))`);
    expect({ line, code, stderr }).toEqual({ line: '{"n":0}', code: 0, stderr: '' });
  });

  test('ends a run whose callbacks print there', async () => {
    const { line, code, stderr } = await readOneLine('flow.to(forEach(({ n }) => console.log(n)))');
    expect({ line, code, stderr }).toEqual({ line: '0', code: 0, stderr: '' });
  });

  test('is a failure when other outputs are given up because of it', async () => {
    const { line, code, stderr } = await readOneLine(
      `flow.to(ndjson.write('-')), flow.to(ndjson.write('out.ndjson'))`,
    );
    expect({ line, code }).toEqual({ line: '{"n":0}', code: 1 });
    expect(stderr).toMatch(/^error ERR_OUTPUT_CLOSED: /);
    expect(work.current.list()).toEqual(['endless.ts']);
  });

  test.each([[['--help']], [['run', 'endless.ts', '--help']], [['rum', '--json']]])(
    'is no error of %j itself',
    async (args) => {
      work.current.put(
        'endless.ts',
        `${ENDLESS}export default pipeline('endless', flow.to(ndjson.write('-')));`,
      );
      const command = new Command(args, { cwd: work.current.folder });
      command.child.stdout!.destroy();
      const { code, stderr } = await command.ended;
      expect({ code, stderr }).toEqual({ code: args[0] === 'rum' ? 2 : 0, stderr: '' });
    },
  );

  test('is no error when stderr closes', async () => {
    const command = new Command(['rum']);
    command.child.stderr!.destroy();
    expect((await command.ended).code).toBe(2);
  });
});

describe('stdin', () => {
  const COPY = `
import { ndjson, pipeline, take } from 'millrace';
export default pipeline('copy', [ndjson.read('-').pipe(take(2)).to(ndjson.write('-'))]);
`;

  test('is read when the path is -', async () => {
    work.current.put('copy.ts', COPY);
    const stdin = '{"n":1}\n{"n":2}';
    const { code, stdout } = await millrace(['run', 'copy.ts', '-q'], { cwd: work.current.folder, stdin });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '{"n":1}\n{"n":2}\n' });
  });

  test('does not keep the process alive once the pipeline has what it wants', async () => {
    work.current.put('copy.ts', COPY);
    const stdin = '{"n":1}\n'.repeat(200_000);
    const { code, stdout, stderr } = await millrace(['run', 'copy.ts'], { cwd: work.current.folder, stdin });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '{"n":1}\n{"n":1}\n' });
    expect(stderr).not.toContain('exiting:');
  });
});

const COPY_CSV = `
version: 1
flows: { a: { read: { csv: "-" } } }
sinks: { out: { from: a, write: { ndjson: "-" } } }
`;

/** What reads CSV from stdin and writes to stdout; and what each does with no input at all. */
const EVERYDAY = [
  ['run', 'copy.yaml', '-q'],
  ['head', '-', '--from', 'csv', '-n', '100000'],
  ['convert', '-', '-', '--from', 'csv', '--to', 'ndjson'],
  ['count', '-', '--from', 'csv'],
  ['stats', '-', '--from', 'csv'],
  ['inspect', '-', '--from', 'csv'],
] as const;

/** Runs the command as a shell script does, which knows it as `"$@"`. */
async function shell(script: string, args: readonly string[]) {
  const command = [process.execPath, ENTRY, ...args];
  const { FORCE_COLOR, NODE_OPTIONS, ...env } = process.env;
  const child = spawn('bash', ['-c', script, 'bash', ...command], { cwd: work.current.folder, env });
  child.stdin.end();
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((settle) => child.on('close', settle)),
  ]);
  return { name: args[0], code, stdout, stderr };
}

describe.skipIf(!existsSync('/dev/full'))('a disk that is full behind stdout', () => {
  test.each([['schema'], ['components'], ['completion', 'bash'], ['run', '--help'], ['head', 'in.csv']])(
    'is a failure of %s',
    async (...args) => {
      work.current.put('in.csv', 'id\n1\n');
      const { code, stderr } = await shell('"$@" > /dev/full', args);
      expect(stderr).toContain('error ERR_SPACE: Cannot write stdout');
      expect(code).toBe(1);
    },
  );
});

describe('in a shell', () => {
  const each = (script: string) => {
    work.current.put('copy.yaml', COPY_CSV);
    work.current.put('in.csv', `id,text\n${'1,some text\n'.repeat(20_000)}`);
    return Promise.all(EVERYDAY.map((args) => shell(script, args)));
  };

  test('each is quiet, and done, when | head -1 goes away', async () => {
    for (const { name, code, stdout, stderr } of await each('"$@" <in.csv | head -1; exit $PIPESTATUS')) {
      expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: '' });
      expect(stdout.split('\n'), name).toHaveLength(2);
    }
  });

  test('each reads what stands behind <, says nothing on stderr, and writes no colours', async () => {
    const all = await each('"$@" <in.csv');
    for (const { name, code, stdout, stderr } of all) {
      expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: '' });
      expect(stdout, name).not.toContain('\u001B');
    }
    expect(all.map(({ stdout }) => stdout.split('\n').length - 1)).toEqual([20_000, 20_000, 20_000, 1, 5, 6]);
  });

  test('each has no records where stdin is closed', async () => {
    for (const { name, code, stderr } of await each('"$@" <&-')) {
      expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: '' });
    }
  });

  test('each comes to its end where stdout and stderr are closed', async () => {
    for (const { name, code } of await each('"$@" <in.csv >&- 2>&-')) {
      expect({ name, code }).toEqual({ name, code: 0 });
    }
  });
});
