import { describe, expect, test } from 'vitest';
import { Command, millrace } from './command.ts';
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
