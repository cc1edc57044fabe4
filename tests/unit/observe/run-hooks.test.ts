import { filter, firstValueFrom } from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import { from } from '../../../src/from.ts';
import type { Plugin, PluginHooks } from '../../../src/interfaces/plugin.ts';
import type { RunEvent } from '../../../src/interfaces/run.ts';
import { discard } from '../../../src/io/memory/discard.ts';
import { toArray } from '../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../src/processing/graph/pipeline.ts';
import { map } from '../../../src/processing/operators/map.ts';
import { skip } from '../../../src/processing/policies/skip.ts';
import { run, start } from '../../../src/start.ts';
import { memoryStore } from '../../../src/testing/memory-store.ts';
import { turns } from '../../../src/testing/turns.ts';
import { virtualClock } from '../../../src/testing/virtual-clock.ts';

const never = () => new Promise<void>(() => {});
const plugin = (hooks: PluginHooks, name = 'acme'): Plugin => ({ name, components: [], hooks });
const numbers = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
const odd = (n: number) => {
  if (n % 2 === 1) throw new Error(`${n} is odd`);
  return n;
};
const skipping = (count: number) =>
  pipeline(
    'odd',
    from(numbers(count))
      .pipe(map(odd, { onError: skip() }))
      .to(discard()),
  );
const plain = () => pipeline('plain', from([1, 2]).to(discard()));

type HookFailed = RunEvent & { readonly type: 'hook-failed' };

/** Runs to the end, and returns what failed in hooks. */
async function failuresOf(
  made: ReturnType<typeof plain>,
  ...plugins: Plugin[]
): Promise<readonly HookFailed[]> {
  const failures: HookFailed[] = [];
  const live = start(made, { plugins });
  live.events$.subscribe((event) => {
    if (event.type === 'hook-failed') failures.push(event);
  });
  const { balance } = await live.done;
  expect(balance.closed).toBe(true);
  return failures;
}

describe('hooks', () => {
  test('are called around the run, in the order of the plugins, with what they are about', async () => {
    const calls: string[] = [];
    const told = (name: string) =>
      plugin(
        {
          beforeRun: async ({ pipeline, signal }) => {
            await Promise.resolve();
            calls.push(`${name} before ${pipeline} ${signal.aborted}`);
          },
          afterRun: ({ pipeline, signal }, { summary }) =>
            void calls.push(`${name} after ${pipeline} ${signal.aborted} ${summary?.balance.written}`),
          onRecordError: ({ node, settled, error, origin }) =>
            void calls.push(`${name} ${node} ${settled} ${error.message} ${origin.record}`),
        },
        name,
      );
    await run(skipping(2), { plugins: [told('a'), told('b')] });
    expect(calls).toEqual([
      'a before odd false',
      'b before odd false',
      'a map skipped 1 is odd 1',
      'b map skipped 1 is odd 1',
      'a after odd false 1',
      'b after odd false 1',
    ]);
  });

  test('are told of a failure by the error that the run rejects with, when all is closed', async () => {
    const after = vi.fn();
    const broken = pipeline('odd', from([1]).pipe(map(odd)).to(discard()));
    const failed = await run(broken, { plugins: [plugin({ afterRun: after })] }).catch(
      (error: unknown) => error,
    );
    expect(after).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ pipeline: 'odd' }), {
      error: failed,
    });
  });

  test('are told of each checkpoint', async () => {
    const taken: number[] = [];
    const hooks = {
      onCheckpoint: ({ id, bytes }: { id: number; bytes: number }) => void taken.push(id, bytes),
    };
    const made = pipeline('stored', from([1, 2]).to(discard()));
    await run(made, { plugins: [plugin(hooks)], checkpoint: { store: memoryStore() } });
    expect(taken[0]).toBe(1);
    expect(taken[1]).toBeGreaterThan(0);
  });

  test('of a plugin that is named twice are called once', async () => {
    const before = vi.fn();
    const once = plugin({ beforeRun: before });
    await run(plain(), { plugins: [once, once] });
    expect(before).toHaveBeenCalledOnce();
  });
});

describe('beforeRun', () => {
  test.each<[string, () => never | Promise<never>]>([
    [
      'throws',
      () => {
        throw new Error('not today');
      },
    ],
    ['rejects', () => Promise.reject(new Error('not today'))],
  ])('that %s refuses the run: nothing is read, nothing written, and all is told', async (_, refuse) => {
    const read = vi.fn(() => numbers(2));
    const out = toArray<number>();
    const after = vi.fn();
    const later = vi.fn();
    const source = { [Symbol.iterator]: () => read()[Symbol.iterator]() };
    const live = start(pipeline('refused', from(source).to(out)), {
      plugins: [plugin({ beforeRun: refuse, afterRun: after }), plugin({ beforeRun: later }, 'later')],
    });
    await expect(live.done).rejects.toMatchObject({
      code: 'ERR_PLUGIN',
      message: 'Cannot run "refused": beforeRun of plugin "acme" failed: not today',
      details: { plugin: 'acme', hook: 'beforeRun' },
    });
    expect(read).not.toHaveBeenCalled();
    expect(out.records).toEqual([]);
    expect(later).not.toHaveBeenCalled();
    expect(after).toHaveBeenCalledOnce();
  });

  test('that never settles refuses the run after 30 s', async () => {
    const clock = virtualClock();
    const live = start(plain(), { clock, plugins: [plugin({ beforeRun: never })] });
    await clock.advance(29_999);
    await clock.advance(1);
    await expect(live.done).rejects.toMatchObject({
      code: 'ERR_PLUGIN',
      message: expect.stringContaining('beforeRun of plugin "acme": it has not settled in 30'),
    });
  });

  test('is not called when the run was aborted while the one before was waited for', async () => {
    const waiting = Promise.withResolvers<void>();
    const calls: string[] = [];
    const waited = vi.fn((until: Promise<void>) => until);
    const told = (name: string, before: () => Promise<void> | void) =>
      plugin({ beforeRun: before, afterRun: () => void calls.push(`${name} after`) }, name);
    const live = start(plain(), {
      plugins: [told('a', () => waited(waiting.promise)), told('b', () => void calls.push('b before'))],
    });
    while (waited.mock.calls.length === 0) await turns();
    await live.abort('enough');
    await live.done.catch(() => {});
    waiting.resolve();
    await turns(2);
    expect(calls).toEqual(['a after', 'b after']);
  });

  test('that never settles does not keep a run that is aborted', async () => {
    const live = start(plain(), { plugins: [plugin({ beforeRun: never })] });
    await live.abort('enough');
    await expect(live.done).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });
});

describe('a hook that fails', () => {
  test('costs no record, and is reported at once, and at the end with how often it failed', async () => {
    const failures = await failuresOf(
      skipping(6),
      plugin({
        onRecordError: ({ error }) => {
          throw new Error(`cannot tell of: ${error.message}`);
        },
      }),
    );
    expect(failures.map(({ plugin, hook, error, times }) => [plugin, hook, error.message, times])).toEqual([
      ['acme', 'onRecordError', 'cannot tell of: 1 is odd', 1],
      ['acme', 'onRecordError', 'cannot tell of: 5 is odd', 3],
    ]);
  });

  test('after the run cannot change how it ended', async () => {
    const failures = await failuresOf(plain(), plugin({ afterRun: () => Promise.reject(undefined) }));
    expect(failures).toMatchObject([{ hook: 'afterRun', times: 1, error: expect.any(Error) }]);
  });
});

test('hooks are called by themselves, not as methods', async () => {
  const known: unknown[] = [];
  function hook(this: unknown): void {
    known.push(this);
  }
  expect(
    await failuresOf(skipping(1), plugin({ beforeRun: hook, afterRun: hook, onRecordError: hook })),
  ).toEqual([]);
  expect(known).toEqual([undefined, undefined, undefined]);
});

describe('a hook that never settles', () => {
  test('after the run holds it up for 10 s, and no longer', async () => {
    const clock = virtualClock();
    const live = start(plain(), { clock, plugins: [plugin({ afterRun: never })] });
    const failures: RunEvent[] = [];
    live.events$.subscribe((event) => event.type === 'hook-failed' && failures.push(event));
    let over = false;
    void live.done.then(() => {
      over = true;
    });
    await clock.advance(9_999);
    expect(over).toBe(false);
    await clock.advance(1);
    await live.done;
    expect(failures).toMatchObject([
      {
        hook: 'afterRun',
        error: { code: 'ERR_TIMEOUT', message: expect.stringContaining('settled in 10') },
      },
    ]);
  });

  test('is not called again and again without an end: calls beyond 100 are left out, and counted', async () => {
    const clock = virtualClock();
    const told = vi.fn(never);
    const failures: HookFailed[] = [];
    const live = start(skipping(500), { clock, plugins: [plugin({ onRecordError: told })] });
    live.events$.subscribe((event) => event.type === 'hook-failed' && failures.push(event));
    await firstValueFrom(live.events$.pipe(filter(({ type }) => type === 'ended')));
    await clock.advance(10_000);
    const { balance } = await live.done;
    expect(balance).toMatchObject({ read: 500, skipped: 250, closed: true });
    expect(told).toHaveBeenCalledTimes(100);
    expect(failures.map(({ times, error }) => [times, error.message])).toEqual([
      [1, expect.stringContaining('it has not settled in 10')],
      [150, expect.stringContaining('so that 150 calls were left out')],
    ]);
  });
});
