import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, expect, test } from 'vitest';

const STORE = pathToFileURL('src/processing/checkpoint/directory-store.ts').href;
const root = mkdtempSync(join(tmpdir(), 'millrace-lock-'));
const children = new Set<ChildProcess>();
let folders = 0;

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What a child says of what it was told to do. */
interface Answer {
  readonly done: boolean;
  readonly code?: string;
  readonly message?: string;
  readonly ids?: readonly number[];
}

/** A process that opens a store, writes and closes it when it is told to, and does nothing else. */
class Starter {
  readonly child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(folder: string) {
    const source = `
import { createInterface } from 'node:readline';
import { directoryStore } from '${STORE}';
const store = directoryStore(${JSON.stringify(folder)});
let session;
const tasks = {
  async open() { session = await store.open({ pipeline: 'orders' }); },
  async write() { await session.write(((await session.list())[0]?.id ?? 0) + 1, [Buffer.from('state')]); },
  async close() { await session.close(); },
};
const say = (answer) => process.stdout.write(JSON.stringify(answer) + '\\n');
say({ done: true });
for await (const line of createInterface({ input: process.stdin })) {
  try {
    await tasks[line]();
    say({ done: true, ids: session === undefined ? [] : (await session.list().catch(() => [])).map(({ id }) => id) });
  } catch ({ code, message }) {
    say({ done: false, code, message });
  }
}`;
    const args = ['--input-type=module', '--eval', source];
    this.child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    children.add(this.child);
    this.#lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
  }

  static async ready(folder: string): Promise<Starter> {
    const starter = new Starter(folder);
    await starter.#answer();
    return starter;
  }

  async #answer(): Promise<Answer> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('the process ended without an answer');
    return JSON.parse(line.value) as Answer;
  }

  async tell(task: 'open' | 'write' | 'close'): Promise<Answer> {
    this.child.stdin!.write(`${task}\n`);
    return this.#answer();
  }

  /** Ends it as the system does when it runs out of memory: nothing is cleaned up. */
  async kill(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
    children.delete(this.child);
  }
}

const newFolder = () => join(root, `${++folders}`);

test('a second process is refused, told by whom, and let in when the first has closed', async () => {
  const folder = newFolder();
  const [first, second] = await Promise.all([Starter.ready(folder), Starter.ready(folder)]);
  expect(await first.tell('open')).toEqual({ done: true, ids: [] });
  expect(await second.tell('open')).toMatchObject({
    done: false,
    code: 'ERR_LOCKED',
    message: expect.stringContaining(`process ${first.child.pid} on `),
  });
  expect(await first.tell('write')).toEqual({ done: true, ids: [1] });
  expect(await first.tell('close')).toMatchObject({ done: true });
  expect(await second.tell('open')).toEqual({ done: true, ids: [1] });
  expect(await first.tell('open')).toMatchObject({ done: false, code: 'ERR_LOCKED' });
});

test('a process that was killed gives way at once, and what it has written is there', async () => {
  const folder = newFolder();
  const [first, second] = await Promise.all([Starter.ready(folder), Starter.ready(folder)]);
  await first.tell('open');
  await first.tell('write');
  expect(await second.tell('open')).toMatchObject({ done: false, code: 'ERR_LOCKED' });
  await first.kill();
  expect(await second.tell('open')).toEqual({ done: true, ids: [1] });
  expect(await second.tell('write')).toEqual({ done: true, ids: [2, 1] });
  expect(readdirSync(join(folder, 'orders')).sort()).toEqual([
    '000000000001.checkpoint',
    '000000000002.checkpoint',
    'lock',
  ]);
});

test('of two that start at the same moment after a kill exactly one gets in, each of twenty times', async () => {
  const folder = newFolder();
  let [owner, waiting] = await Promise.all([Starter.ready(folder), Starter.ready(folder)]);
  await owner.tell('open');
  for (let round = 1; round <= 20; round++) {
    const fresh = await Starter.ready(folder);
    await owner.kill();
    const racers = [waiting, fresh];
    const answers = await Promise.all(racers.map((racer) => racer.tell('open')));
    const winners = racers.filter((_, index) => answers[index]!.done);
    expect(winners, JSON.stringify(answers)).toHaveLength(1);
    [owner] = winners as [Starter];
    waiting = racers.find((racer) => racer !== owner)!;
    const refused = answers.find(({ done }) => !done)!;
    expect(refused).toMatchObject({
      code: 'ERR_LOCKED',
      message: expect.stringContaining(`process ${owner.child.pid} on `),
    });
    const { done, ids } = await owner.tell('write');
    expect([done, ids![0]]).toEqual([true, round]);
  }
});
