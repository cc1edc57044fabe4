import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../../src/core/random.ts';
import type { SpillFile } from '../../../../src/interfaces/memory.ts';
import { SpillFolder } from '../../../../src/processing/runtime/spill/spill-folder.ts';
import { openFiles, temporaryFolder } from '../../../conformance/folder.ts';
import { errno, faultySpill } from './faulty-spill.ts';

const temporary = temporaryFolder();

function folder(): string {
  const path = temporary.path('spill');
  mkdirSync(path);
  return path;
}

function block(length: number, seed: number): Buffer {
  const random = seededRandom(seed);
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

async function blocks(file: SpillFile): Promise<Buffer[]> {
  const reader = file.read();
  const all: Buffer[] = [];
  for (let next = await reader.next(); next !== undefined; next = await reader.next())
    all.push(Buffer.from(next));
  return all;
}

describe('a temporary file', () => {
  test('gives back its blocks in their order, small ones and large ones', async () => {
    const spill = new SpillFolder(folder());
    const file = await spill.create();
    const written = [1, 70_000, 3, 200_000, 100, 20_000].map((length, index) => block(length, index));
    for (const one of written) await file.write(one);
    expect(await blocks(file)).toEqual(written);
    expect(await blocks(file)).toEqual(written);
    await spill.close();
  });

  test('may be written from the same memory again and again', async () => {
    const spill = new SpillFolder(folder());
    const file = await spill.create();
    const bytes = Buffer.alloc(10_000);
    for (let n = 1; n <= 20; n++) await file.write(bytes.fill(n));
    expect((await blocks(file)).map((one) => [one.length, one[0], one.at(-1)])).toEqual(
      Array.from({ length: 20 }, (_, n) => [10_000, n + 1, n + 1]),
    );
    await spill.close();
  });

  test('without blocks is read without any', async () => {
    const spill = new SpillFolder(folder());
    expect(await blocks(await spill.create())).toEqual([]);
    await spill.close();
  });

  test('is compressed, and says how much it takes', async () => {
    const parent = folder();
    const spill = new SpillFolder(parent);
    const file = await spill.create();
    for (let n = 0; n < 10; n++) await file.write(Buffer.alloc(100_000, 'abcdefgh'));
    await blocks(file);
    expect(file.bytes).toBeLessThan(10_000);
    expect(spill.written).toBe(file.bytes);
    const [made] = readdirSync(parent);
    expect(statSync(join(parent, made!, '1')).size).toBe(file.bytes);
    await spill.close();
  });

  test('survives a disk that takes and gives a few bytes at a time', async () => {
    const spill = new SpillFolder(
      folder(),
      faultySpill((call) => (call === 'write' || call === 'read' ? 3 : undefined)),
    );
    const file = await spill.create();
    const written = [block(100, 1), block(50, 2)];
    for (const one of written) await file.write(one);
    expect(await blocks(file)).toEqual(written);
    await spill.close();
  });
});

describe('the folder', () => {
  test('is not made before it is needed, and is for the eyes of its owner only', async () => {
    const parent = folder();
    const spill = new SpillFolder(parent);
    expect(readdirSync(parent)).toEqual([]);
    const file = await spill.create();
    await file.write(block(10, 1));
    await blocks(file);
    const [made] = readdirSync(parent);
    expect(made).toMatch(/^millrace-spill-/);
    expect(statSync(join(parent, made!)).mode & 0o777).toBe(0o700);
    expect(statSync(join(parent, made!, '1')).mode & 0o777).toBe(0o600);
    await spill.close();
  });

  test('is gone with all files, open and closed ones, when it is closed', async () => {
    const parent = folder();
    const spill = new SpillFolder(parent);
    const files = [await spill.create(), await spill.create(), await spill.create()];
    for (const file of files) await file.write(block(1000, 1));
    await files[0]!.remove();
    await files[1]!.read().next();
    await spill.close();
    expect(readdirSync(parent)).toEqual([]);
    expect(openFiles()).toEqual([]);
  });

  test('waits for what is still being written when it is closed, and takes nothing afterwards', async () => {
    const parent = folder();
    const spill = new SpillFolder(parent);
    const file = await spill.create();
    const writing = file.write(block(100_000, 1));
    await Promise.all([writing, spill.close()]);
    await expect(blocks(file)).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    await expect(spill.create()).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(readdirSync(parent)).toEqual([]);
  });

  test('that was never needed costs nothing to close', async () => {
    const system = faultySpill(() => undefined);
    await new SpillFolder(folder(), system).close();
    expect(system.calls).toEqual([]);
  });

  test('does without the listener for the end of the process when no run spills', async () => {
    const before = process.listenerCount('exit');
    const spill = [new SpillFolder(folder()), new SpillFolder(folder())];
    for (const one of spill) await one.create();
    expect(process.listenerCount('exit')).toBe(before + 1);
    for (const one of spill) await one.close();
    expect(process.listenerCount('exit')).toBe(before);
  });
});

describe('what the disk refuses is a clear error', () => {
  test.each([
    ['write', 'ENOSPC', 'ERR_SPACE', /^Cannot spill to .+: there is no space left \(ENOSPC\)$/],
    ['write', 'EDQUOT', 'ERR_SPACE', /^Cannot spill to .+: the disk quota is used up/],
    ['write', 'EIO', 'ERR_IO', /^Cannot spill to .+: EIO/],
    ['open', 'EMFILE', 'ERR_IO', /^Cannot spill to .+: EMFILE/],
    ['read', 'EIO', 'ERR_IO', /^Cannot read back from .+: EIO/],
  ] as const)('%s fails with %s', async (call, code, expected, message) => {
    const parent = folder();
    const spill = new SpillFolder(
      parent,
      faultySpill((one) => (one === call ? errno(code) : undefined)),
    );
    const file = await spill.create();
    const work = async () => {
      await file.write(block(1000, 1));
      await file.write(block(1000, 2));
      await blocks(file);
    };
    await expect(work()).rejects.toMatchObject({
      code: expected,
      message: expect.stringMatching(message),
      hint: expect.stringContaining('spill: { folder }'),
    });
    await spill.close();
    expect(readdirSync(parent)).toEqual([]);
  });

  test('a disk that takes nothing more is full', async () => {
    const spill = new SpillFolder(
      folder(),
      faultySpill((call) => (call === 'write' ? 0 : undefined)),
    );
    const file = await spill.create();
    await file.write(block(10, 1));
    await expect(file.write(block(10, 2))).rejects.toMatchObject({ code: 'ERR_SPACE' });
    await spill.close();
  });

  test('a file that somebody cut short is noticed', async () => {
    const spill = new SpillFolder(
      folder(),
      faultySpill((call, count) => (call === 'read' && count > 1 ? 0 : undefined)),
    );
    const file = await spill.create();
    await file.write(block(10, 1));
    await expect(blocks(file)).rejects.toThrow(/Cannot read back from .+ too early/);
    await spill.close();
  });

  test('a folder that is not there', async () => {
    const spill = new SpillFolder(temporary.path('missing'));
    await expect(spill.create()).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: expect.stringMatching(/^Cannot make a temporary folder in .+missing/),
    });
    await spill.close();
    expect(existsSync(temporary.path('missing'))).toBe(false);
  });
});
