import { describe, expect, test } from 'vitest';
import { Command } from './command.ts';
import { useWorkspace } from './workspace.ts';

const work = useWorkspace();

/** Endless, slow enough to have work on its way, and says so once something has been through. */
const ENDLESS = `
import { from, mapAsync, ndjson, pipeline, tap } from 'millrace';
import { setImmediate } from 'node:timers/promises';

async function* numbers() {
  for (let n = 0; ; n++) yield n;
}
async function slowly(n: number) {
  await setImmediate();
  return { n };
}
function announce({ n }: { n: number }) {
  if (n === 100) console.error('flowing');
}
const flow = from(numbers()).pipe(mapAsync(slowly, { concurrency: 4 }), tap(announce));
export default pipeline('endless', [flow.to(ndjson.write('out.ndjson'))]);
`;

/** Its hundredth record never comes back, so that a stop can never be complete. */
const STUCK = ENDLESS.replace(
  'await setImmediate();',
  `if (n === 100) {
    console.error('stuck');
    await new Promise(() => {});
  }
  await setImmediate();`,
);

function start(module: string, ...options: string[]): Command {
  work.current.put('endless.ts', module);
  return new Command(['run', 'endless.ts', ...options], { cwd: work.current.folder });
}

describe('a signal', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s drains and closes the run, and exits %i', async (signal, code) => {
    const command = start(ENDLESS, '--json');
    await command.seen('flowing');
    command.signal(signal);
    const ended = await command.ended;
    expect(ended.code).toBe(code);
    const { state, balance } = JSON.parse(ended.stdout);
    expect({ state, closed: balance.closed }).toEqual({ state: 'stopped', closed: true });
    expect(balance.read).toBe(balance.written + balance.discarded);
    const lines = work.current.lines('out.ndjson').map((line) => JSON.parse(line).n);
    expect(lines).toEqual(Array.from({ length: balance.written }, (_, n) => n));
    expect(work.current.list()).toEqual(['endless.ts', 'out.ndjson']);
  });

  test('shows the summary of what was done until then', async () => {
    const command = start(ENDLESS);
    await command.seen('flowing');
    command.signal('SIGINT');
    const { code, stderr } = await command.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/endless stopped in .*: .* records read, .* written\n/);
    expect(stderr).toMatch(/balance: .*: closed\n$/);
  });

  test('that comes a second time aborts, and leaves nothing half-written', async () => {
    work.current.put('out.ndjson', 'before\n');
    const command = start(STUCK);
    await command.seen('stuck');
    command.signal('SIGINT');
    await command.seen('stopping: letting what is on its way arrive; press Ctrl-C again to abort');
    command.signal('SIGINT');
    const { code, stderr } = await command.ended;
    expect(code).toBe(130);
    expect(stderr).toContain('aborted: output files are as they were before');
    expect(work.current.list()).toEqual(['endless.ts', 'out.ndjson']);
    expect(work.current.read('out.ndjson')).toBe('before\n');
  });

  test('of the other kind counts as the second', async () => {
    const command = start(STUCK);
    await command.seen('stuck');
    command.signal('SIGINT');
    await command.seen('to abort');
    command.signal('SIGTERM');
    expect((await command.ended).code).toBe(143);
    expect(work.current.list()).toEqual(['endless.ts']);
  });

  test('that comes a third time ends a run whose abort hangs', async () => {
    const command = start(
      STUCK.replace(
        "ndjson.write('out.ndjson')",
        `{
          name: 'tar', label: 'tar', traits: { commit: 'none' },
          open: async () => ({ write() {}, close: async () => {}, abort: () => new Promise(() => {}) }),
        }`,
      ),
    );
    await command.seen('stuck');
    command.signal('SIGINT');
    await command.seen('to abort');
    command.signal('SIGINT');
    await command.seen('aborting');
    const again = setInterval(() => command.signal('SIGINT'), 20);
    const { code, stderr } = await command.ended;
    clearInterval(again);
    expect(code).toBe(130);
    expect(stderr).toContain('ending at once');
  });

  test('stops what does not stop within --stop-timeout, and exits 3', async () => {
    work.current.put('out.ndjson', 'before\n');
    const command = start(STUCK, '--stop-timeout', '300ms');
    await command.seen('stuck');
    command.signal('SIGTERM');
    const { code, stderr } = await command.ended;
    expect(code).toBe(3);
    expect(stderr).toContain(
      'error ERR_STOP_TIMEOUT: Cannot stop "endless" within 300 ms: "mapAsync" waits for its callback\n',
    );
    expect(work.current.list()).toEqual(['endless.ts', 'out.ndjson']);
    expect(work.current.read('out.ndjson')).toBe('before\n');
  });

  test('says how long a stop may take', async () => {
    const command = start(STUCK, '--stop-timeout', '5m');
    await command.seen('stuck');
    command.signal('SIGINT');
    await command.seen('letting what is on its way arrive within 5 min 0 s; press Ctrl-C again to abort');
    command.signal('SIGINT');
    expect((await command.ended).code).toBe(130);
  });

  test.each([['soon'], ['0s']])('--stop-timeout %s is wrong usage', async (text) => {
    const { code, stderr } = await start(STUCK, '--stop-timeout', text).ended;
    expect(code).toBe(2);
    expect(stderr).toContain(`--stop-timeout ${text} is not a duration`);
  });
});
