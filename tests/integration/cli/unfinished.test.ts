import { describe, expect, test } from 'vitest';
import { Command, type Ended, millrace } from './command.ts';
import { useWorkspace } from './workspace.ts';

const work = useWorkspace();

/** A run with a file to write, and a callback in the middle of it. */
function runWith(callback: string, ...flags: string[]): Promise<Ended> {
  work.current.put('out.ndjson', 'before\n');
  work.current.put(
    'orders.ts',
    `import { from, mapAsync, ndjson, pipeline } from 'millrace';

async function* numbers() {
  for (let n = 0; ; n++) yield n;
}
async function callback(n: number) {
  ${callback}
  return n;
}
export default pipeline('orders', [from(numbers()).pipe(mapAsync(callback)).to(ndjson.write('out.ndjson'))]);
`,
  );
  return millrace(['run', 'orders.ts'], { cwd: work.current.folder, nodeFlags: flags });
}

describe('a run that cannot finish', () => {
  test('pain P16: does not exit 0 when user code calls process.exit', async () => {
    const { code, stderr } = await runWith('if (n === 50) process.exit(0);');
    expect(code).toBe(1);
    expect(stderr).toContain('error: the process ends before "millrace run" is over');
    expect(work.current.read('out.ndjson')).toBe('before\n');
  });

  test('pain P16: does not exit 0 when nothing is left that could wake it', async () => {
    work.current.put('never.ts', 'await new Promise(() => {});');
    const { code, stderr } = await millrace(['run', 'never.ts'], { cwd: work.current.folder });
    expect(code).toBe(1);
    expect(stderr).toContain('or a promise never settles');
  });

  test('keeps the code with which user code leaves', async () => {
    expect((await runWith('if (n === 50) process.exit(7);')).code).toBe(7);
  });

  test('pain P16: is reported by the watchdog when nothing moves', async () => {
    work.current.put(
      'stuck.ts',
      `import { discard, from, mapAsync, pipeline } from 'millrace';
       export default pipeline('stuck', [from([1]).pipe(mapAsync(() => new Promise(() => {}))).to(discard())]);`,
    );
    const command = new Command(['run', 'stuck.ts', '--stall-after', '20ms'], { cwd: work.current.folder });
    await command.seen('warning: nothing has moved for');
    await command.seen('mapAsync waits for');
    command.signal('SIGTERM');
    await command.seen('to abort');
    command.signal('SIGTERM');
    expect((await command.ended).code).toBe(143);
  });

  test.each([
    ['by default', []],
    ['with strict rejections', ['--unhandled-rejections=strict']],
  ])('is aborted and fails on an error that nobody catches, %s', async (_name, flags) => {
    const timer = await runWith(`if (n === 50) setImmediate(() => { throw new Error('late'); });`, ...flags);
    expect(timer.code).toBe(1);
    expect(timer.stderr).toMatch(
      /^error ERR_CALLBACK: Cannot go on: nobody caught an error: Error: late\n {2}at orders.ts:7:/,
    );
    const floating = await runWith(`if (n === 50) void Promise.reject(new Error('floating'));`, ...flags);
    expect(floating.code).toBe(1);
    expect(floating.stderr).toContain('a promise rejected that nobody awaits: Error: floating');
    expect(work.current.read('out.ndjson')).toBe('before\n');
    expect(work.current.list()).toEqual(['orders.ts', 'out.ndjson']);
  });
});

describe('a command that is over', () => {
  test('ends the process though the module keeps a timer', async () => {
    work.current.put(
      'timer.ts',
      `import { discard, from, pipeline } from 'millrace';
       setInterval(() => {}, 1000);
       export default pipeline('timer', [from([1]).to(discard())]);`,
    );
    const options = { cwd: work.current.folder };
    const [run, quiet, check] = await Promise.all([
      millrace(['run', 'timer.ts'], options),
      millrace(['run', 'timer.ts', '--quiet'], options),
      millrace(['check', 'timer.ts'], options),
    ]);
    expect([run.code, quiet.code, check.code]).toEqual([0, 0, 0]);
    expect(run.stderr).toContain('exiting: the module keeps the process alive (Timeout)\n');
    expect(quiet.stderr).toBe('');
  });
});
