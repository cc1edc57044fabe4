import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { count, csv, map, type Pipeline, pipeline, run, sum } from '../../../../src/index.ts';
import { decodeCheckpoint } from '../../../../src/processing/checkpoint/checkpoint-file.ts';
import { directoryStore } from '../../../../src/processing/checkpoint/directory-store.ts';
import { fileName } from '../../../../src/processing/checkpoint/directory-view.ts';
import { begin, counting, never, of, until } from './checkpointed-run.ts';

const COUNT = 24;
const NEWEST = 3;

/** What the killed run has left, and a copy of it. */
let folder: string;
let copy: string;
/** The newest checkpoint. */
let bytes: Buffer;
let whole: string;

const store = () => directoryStore(join(folder, 'state'));
const pathOf = (id: number) => join(folder, 'state', 'sums', fileName(id));
const OUTPUTS = ['squares.csv', 'sums.csv'];
const written = () => OUTPUTS.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');

function sums(held?: (n: number) => Promise<void> | undefined): Pipeline {
  const numbers = counting(COUNT, held);
  const perKey = numbers
    .pipe(map((n) => ({ key: `k${n % 3}`, n })))
    .keyBy(({ key }) => key)
    .aggregate({ n: count(), total: sum('n') });
  const squares = numbers.pipe(map((n) => ({ n, square: n * n })));
  return pipeline('sums', [
    squares.to(csv.write(join(folder, 'squares.csv'))),
    perKey.to(csv.write(join(folder, 'sums.csv'))),
  ]);
}

beforeAll(async () => {
  const root = mkdtempSync(join(tmpdir(), 'millrace-'));
  [folder, copy] = [join(root, 'left'), join(root, 'copy')];
  mkdirSync(folder);
  await run(sums());
  whole = written();
  for (const name of OUTPUTS) rmSync(join(folder, name));
  const gates = new Map([8, 16].map((n) => [n, Promise.withResolvers<void>()]));
  const asked: number[] = [];
  const { live, clock, events } = begin(
    sums((n) => {
      asked.push(n);
      return n === 20 ? never() : gates.get(n)?.promise;
    }),
    store(),
  );
  for (const [n, gate] of gates) {
    await until(() => asked.includes(n));
    const before = of(events, 'checkpoint').length;
    await clock.advance(10_000);
    await until(() => of(events, 'checkpoint').length > before);
    gate.resolve();
  }
  await until(() => asked.includes(20));
  await live.abort('killed');
  cpSync(folder, copy, { recursive: true });
  bytes = readFileSync(pathOf(NEWEST));
});

afterAll(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

/** Puts the folder back as the killed run has left it, but for these checkpoints. */
function leave(damaged: Readonly<Record<number, Uint8Array>>): void {
  rmSync(folder, { recursive: true });
  cpSync(copy, folder, { recursive: true });
  for (const [id, content] of Object.entries(damaged)) writeFileSync(pathOf(Number(id)), content);
}

function flipped(at: number, mask: number): Buffer {
  const content = Buffer.from(bytes);
  content[at]! ^= mask;
  return content;
}

/** Some of the head, the trailer and the rest: a run for each takes its time. */
function* places(): Generator<number> {
  for (let at = 0; at < bytes.length; at++) {
    if (at % 97 === 0 || ((at < 24 || at >= bytes.length - 24) && at % 2 === 0)) yield at;
  }
}

describe('a run that finds its newest checkpoint damaged', () => {
  async function goesOnFrom(checkpoint: number, damaged: readonly number[], where: string): Promise<void> {
    const { live, events } = begin(sums(), store());
    const { balance } = await live.done;
    expect(of(events, 'resumed'), where).toMatchObject([{ checkpoint, damaged }]);
    expect(written(), where).toBe(whole);
    expect(balance, where).toMatchObject({ read: COUNT, closed: true });
  }

  test('goes on from it when nothing is wrong with it', async () => {
    leave({});
    await goesOnFrom(NEWEST, [], 'undamaged');
  });

  test('goes on from the one before, whichever byte is another', async () => {
    for (const at of places()) {
      leave({ [NEWEST]: flipped(at, 1 << (at % 8)) });
      await goesOnFrom(NEWEST - 1, [NEWEST], `byte ${at} of ${bytes.length}`);
    }
  });

  test('goes on from the one before, however much of it is missing', async () => {
    for (const left of places()) {
      leave({ [NEWEST]: bytes.subarray(0, left) });
      await goesOnFrom(NEWEST - 1, [NEWEST], `${left} bytes of ${bytes.length}`);
    }
  });

  test('goes on from the last that is whole', async () => {
    leave({ 3: bytes.subarray(1), 2: Buffer.alloc(0) });
    await goesOnFrom(1, [3, 2], 'two of three');
  });

  test('fails, says so, and leaves all as it is, when none is whole, as often as it is tried', async () => {
    leave({ 3: bytes.subarray(1), 2: Buffer.alloc(0), 1: flipped(100, 1) });
    const names = () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
    const before = names();
    for (let tries = 0; tries < 3; tries++) {
      await expect(begin(sums(), store()).live.done).rejects.toMatchObject({
        code: 'ERR_CHECKPOINT',
        message: expect.stringContaining('none of its 3 checkpoints is whole'),
        hint: expect.any(String),
      });
      expect(names()).toEqual(before);
    }
  });
});

describe('a checkpoint of a run', () => {
  const decoded = (content: Uint8Array) => () => decodeCheckpoint(content, 'it');
  const damaged = expect.objectContaining({ code: 'ERR_CHECKPOINT' });

  test('is refused whichever byte is another', () => {
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) expect(decoded(flipped(at, 1 << bit)), `byte ${at}`).toThrow(damaged);
      expect(decoded(flipped(at, 0xff)), `byte ${at}`).toThrow(damaged);
    }
  });

  test('is refused however much of it is missing', () => {
    for (let left = 0; left < bytes.length; left++) {
      expect(decoded(bytes.subarray(0, left)), `${left} bytes`).toThrow(damaged);
    }
  });
});
