import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Machine, thisMachine } from '../../../../src/core/store/machine.ts';
import { nodeStoreFileSystem, type StoreFileSystem } from '../../../../src/core/store/store-file-system.ts';
import { directoryStore } from '../../../../src/processing/checkpoint/directory-store.ts';

const root = mkdtempSync(join(tmpdir(), 'millrace-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => join(root, `${++folders}`);

/** The same folder as another machine sees it. */
const elsewhere: Machine = { ...thisMachine(), host: 'beta', boot: 'another boot', pid: 41 };
const storeOf = (folder: string, machine?: Machine) =>
  directoryStore(folder, {}, nodeStoreFileSystem, machine);
const orders = { pipeline: 'orders' };
const state = [Buffer.from('state')];

describe('a folder of checkpoints', () => {
  test('has one file for each, for its owner alone, and a lock while it is open', async () => {
    const folder = newFolder();
    const session = await storeOf(folder).open(orders);
    await session.write(1, state);
    expect(readdirSync(join(folder, 'orders')).sort()).toEqual(['000000000001.checkpoint', 'lock']);
    expect(statSync(join(folder, 'orders/000000000001.checkpoint')).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(join(folder, 'orders/lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    await session.close();
    expect(readdirSync(join(folder, 'orders'))).toEqual(['000000000001.checkpoint']);
  });

  test('asks for a chunk when the one before is written, so that the event loop turns while state is encoded', async () => {
    const steps: string[] = [];
    const chunks = (function* () {
      for (const name of ['a', 'b', 'c']) {
        steps.push(`make ${name}`);
        yield Buffer.from(name);
      }
    })();
    const open: StoreFileSystem['open'] = async (path, flags, mode) => {
      const handle = await nodeStoreFileSystem.open(path, flags, mode);
      return {
        write: async (bytes, ...rest) => {
          const written = await handle.write(bytes, ...rest);
          if (path.endsWith('.partial')) steps.push(`wrote ${Buffer.from(bytes).toString()}`);
          return written;
        },
        read: (...given) => handle.read(...given),
        stat: () => handle.stat(),
        sync: () => handle.sync(),
        close: () => handle.close(),
      };
    };
    const session = await directoryStore(newFolder(), {}, { ...nodeStoreFileSystem, open }).open(orders);
    await session.write(1, chunks);
    await session.close();
    expect(steps).toEqual(['make a', 'wrote a', 'make b', 'wrote b', 'make c', 'wrote c']);
  });

  test('is not made by looking at it', async () => {
    const folder = newFolder();
    expect(await (await storeOf(folder).inspect(orders)).list()).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });

  test('leaves files alone that are not its own, and removes those that nobody finished', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'orders'), { recursive: true });
    const names = [
      'notes.txt',
      '1.checkpoint',
      '0000000000001.checkpoint',
      '000000000007.checkpoint.2.partial',
      'lock.of-x',
    ];
    for (const name of names) writeFileSync(join(folder, 'orders', name), 'x');
    const session = await storeOf(folder).open(orders);
    expect(await session.list()).toEqual([]);
    await session.close();
    expect(readdirSync(join(folder, 'orders')).sort()).toEqual(names.slice(0, 3).sort());
  });

  test('names the pipelines of folders with checkpoints, whatever else lies beside them', async () => {
    const folder = newFolder();
    expect(await storeOf(folder).pipelines()).toEqual([]);
    expect(existsSync(folder)).toBe(false);
    for (const name of ['orders', 'empty', 'Not-Ours']) mkdirSync(join(folder, name), { recursive: true });
    for (const name of ['orders/000000000001.checkpoint', 'Not-Ours/000000000001.checkpoint', 'notes']) {
      writeFileSync(join(folder, name), 'x');
    }
    writeFileSync(join(folder, 'empty', '000000000001.checkpoint.1.partial'), 'x');
    expect(await storeOf(folder).pipelines()).toEqual(['orders']);
  });

  test('that is a file is an error that says so', async () => {
    const file = newFolder();
    writeFileSync(file, 'x');
    await expect(storeOf(file).open(orders)).rejects.toMatchObject({
      code: 'ERR_NOT_A_FILE',
      hint: expect.any(String),
    });
    await expect((await storeOf(file).inspect(orders)).list()).rejects.toMatchObject({
      code: 'ERR_NOT_A_FILE',
    });
    await expect(storeOf(file).pipelines()).rejects.toMatchObject({ code: 'ERR_NOT_A_FILE' });
  });

  test.each([[{ keep: 0 }], [{ keep: 1.5 }], [{ kept: 3 }]])('refuses the options %j', (options) => {
    expect(() => directoryStore('state', options as object)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS' }),
    );
  });
});

describe('a lock of another host', () => {
  test('is not taken over unless that is said, and then its owner can write no more', async () => {
    const folder = newFolder();
    const other = await storeOf(folder, elsewhere).open(orders);
    await other.write(1, state);
    await expect(storeOf(folder).open(orders)).rejects.toMatchObject({
      code: 'ERR_LOCKED',
      message: expect.stringMatching(/process 41 on beta has had them open since .*, and may have still$/),
      hint: expect.stringContaining('takeOver: true'),
    });
    const session = await storeOf(folder).open({ ...orders, takeOver: true });
    await expect(other.write(2, state)).rejects.toMatchObject({ code: 'ERR_LOCKED' });
    await expect(other.remove(1)).rejects.toMatchObject({ code: 'ERR_LOCKED' });
    await other.close();
    await session.write(2, [Buffer.from('mine')]);
    expect(Buffer.from(await session.read(2)).toString()).toBe('mine');
    await session.close();
    expect(readdirSync(join(folder, 'orders')).sort()).toEqual([
      '000000000001.checkpoint',
      '000000000002.checkpoint',
    ]);
  });

  test('can be removed by hand instead', async () => {
    const folder = newFolder();
    await storeOf(folder, elsewhere).open(orders);
    rmSync(join(folder, 'orders/lock'));
    await (await storeOf(folder).open(orders)).close();
  });
});

test.each(['', 'not JSON', '{"pid":1}'])(
  'a lock that holds %j is explained, and taken over when that is said',
  async (text) => {
    const folder = newFolder();
    mkdirSync(join(folder, 'orders'), { recursive: true });
    writeFileSync(join(folder, 'orders/lock'), text);
    await expect(storeOf(folder).open(orders)).rejects.toMatchObject({
      code: 'ERR_LOCKED',
      message: expect.stringContaining('is no lock that millrace wrote'),
      hint: expect.stringContaining(join(folder, 'orders/lock')),
    });
    await (await storeOf(folder).open({ ...orders, takeOver: true })).close();
  },
);

test('a lock whose number was given to another process is that of nobody', async () => {
  const folder = newFolder();
  const before: Machine = { ...thisMachine(), process: () => ({ alive: true, start: '1' }) };
  await storeOf(folder, before).open(orders);
  const opening = storeOf(folder).open(orders);
  // Where the system does not say when a process began, its number is all there is.
  if (thisMachine().process(process.pid).start === undefined) await expect(opening).rejects.toThrow();
  else await (await opening).close();
});

test('a file system without hard links is named as such, not as a want of permission', async () => {
  const link = () => Promise.reject(Object.assign(new Error('EPERM: link'), { code: 'EPERM' }));
  const folder = newFolder();
  const opening = directoryStore(folder, {}, { ...nodeStoreFileSystem, link }).open(orders);
  await expect(opening).rejects.toMatchObject({
    code: 'ERR_IO',
    message: expect.stringContaining('no hard links'),
  });
  expect(readdirSync(join(folder, 'orders'))).toEqual([]);
});

test('a lock that was made, though a network share said that the name was taken, is had', async () => {
  const link = async (from: string, to: string) => {
    await nodeStoreFileSystem.link(from, to);
    throw Object.assign(new Error('EEXIST: link'), { code: 'EEXIST' });
  };
  const folder = newFolder();
  const share = { ...nodeStoreFileSystem, link };
  const gone: Machine = { ...thisMachine(), boot: 'the start before' };
  await directoryStore(folder, {}, share, gone).open(orders);
  const session = await directoryStore(folder, {}, share).open(orders);
  await session.write(1, state);
  await session.close();
  expect(readdirSync(join(folder, 'orders'))).toEqual(['000000000001.checkpoint']);
});
