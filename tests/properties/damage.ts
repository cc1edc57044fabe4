import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deadLetter, type Flow, isMillraceError, pipeline, run, toArray } from '../../src/index.ts';
import { mutations } from './mutations.ts';

export interface Damaged {
  readonly fixture: Uint8Array | string;
  /** What stands before the fixture, and is never damaged. */
  readonly head?: string;
  /**
   * What is unpacked before the damage shows depends on the pieces, and may be at fault itself: then it only
   * has to be refused in all of them.
   */
  readonly packed?: true;
  /** Whether bytes are replaced: which origins still tell a byte then depends on the pieces. */
  readonly replaced?: true;
  /** What is done to the file after the damage. */
  readonly pack?: (bytes: Buffer) => Uint8Array;
  /** End of the name, where that says how the file is packed. */
  readonly extension?: string;
  /** Sizes of the pieces that must give what the whole gives. @default [7, 1] */
  readonly pieces?: readonly number[];
  readonly read: (path: string, chunkBytes: number) => Flow<unknown>;
}

/** Codes of what should never happen, whatever is in a file. */
const OURS = /INTERNAL|BALANCE|CALLBACK/;

/** What a run over a file comes to: its records and dead letters, or the code of its error. */
async function outcome(path: string, { read, replaced }: Damaged, chunkBytes: number): Promise<object> {
  const good = toArray<unknown>();
  const bad = toArray<any>();
  try {
    const flow = read(path, chunkBytes);
    const { balance } = await run(pipeline('damaged', flow.to(good), { onError: deadLetter(bad) }));
    expect(balance).toMatchObject({ closed: true, gaps: [] });
    expect(balance.read).toBe(good.records.length + bad.records.length);
    return {
      records: good.records,
      bad: bad.records.map(({ error, origin, raw }) => {
        expect(error.code).toMatch(/^ERR_/);
        expect(error.code).not.toMatch(OURS);
        return { code: error.code, origin: replaced ? { ...origin, byte: undefined } : origin, raw };
      }),
    };
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    expect(error.code).not.toMatch(OURS);
    return { code: error.code, origin: replaced ? { ...error.origin, byte: undefined } : error.origin };
  }
}

function isRefused(found: object): boolean {
  return 'code' in found;
}

/** Damages each fixture `count` times, and reads it in pieces of several sizes. */
export function describeDamaged(cases: Readonly<Record<string, Damaged>>, count: number): void {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-damaged-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  describe('a damaged file is read the same in all pieces, or refused with an error of ours:', () => {
    test.each(Object.entries(cases))('%s', async (name, damaged) => {
      const { head = '', packed, pack, extension = '', pieces = [7, 1] } = damaged;
      const fixture = Buffer.from(damaged.fixture);
      const path = join(folder, name.replaceAll(/\W/g, '-') + extension);
      const write = (bytes: Uint8Array) => {
        const file = Buffer.concat([Buffer.from(head), bytes]);
        return writeFile(path, pack?.(file) ?? file);
      };
      await write(fixture);
      const intact = await outcome(path, damaged, 65_536);
      expect(isRefused(intact), 'what is not damaged is read').toBe(false);
      const outcomes = { read: 0, differing: 0 };
      for (const bytes of mutations(fixture, 20_261, count)) {
        await write(bytes);
        const whole = await outcome(path, damaged, 65_536);
        const shown = bytes.toString('latin1');
        for (const chunkBytes of pieces) {
          const found = await outcome(path, damaged, chunkBytes);
          if (packed && isRefused(whole)) expect(isRefused(found), shown).toBe(true);
          else expect(found, shown).toEqual(whole);
        }
        if (!isRefused(whole)) outcomes.read++;
        if (JSON.stringify(whole, asText) !== JSON.stringify(intact, asText)) outcomes.differing++;
      }
      // Else the damage would say nothing.
      expect(outcomes.read).toBeGreaterThan(0);
      expect(outcomes.differing).toBeGreaterThan(0);
    });
  });
}

function asText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
