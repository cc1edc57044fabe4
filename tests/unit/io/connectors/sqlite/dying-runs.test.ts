import { describe, expect, test } from 'vitest';
import { type Machine, thisMachine } from '../../../../../src/core/store/machine.ts';
import type { CheckpointSession } from '../../../../../src/interfaces/checkpoint.ts';
import type { Sink } from '../../../../../src/interfaces/writer.ts';
import { sqliteStore } from '../../../../../src/io/connectors/sqlite/sqlite-store.ts';
import { sqliteWriter } from '../../../../../src/io/connectors/sqlite/sqlite-writer.ts';
import { leaseConnection } from '../../../../../src/io/connectors/sqlite/write-connection.ts';
import { MemoryFiles } from '../../../../../src/testing/memory-files.ts';
import { checkpointedContext, databases, open, rowsOf, write } from './databases.ts';

const { made } = databases();

/** A checkpoint of a run that is to write so many lots into two tables. */
interface Kept {
  readonly lots: number;
  readonly states: readonly unknown[];
}

const LOTS = 4;
const TABLES = ['a', 'b'] as const;
const rowsOfLot = (table: string, lot: number) =>
  // Sometimes one of the tables gets nothing.
  lot % 3 === (table === 'a' ? 1 : 2)
    ? []
    : [0, 1, 2].map((n) => ({
        id: lot * 3 + n,
        note: `${table} ${lot} ${n}`,
        data: new Uint8Array([lot, n]),
      }));

class Died extends Error {}

/** Runs of one pipeline, each of which may die before any step that an engine makes. */
class Lives {
  readonly #database: string;
  readonly #together: boolean;
  readonly #files = TABLES.map(() => new MemoryFiles());
  /** Checkpoints that are kept elsewhere. */
  readonly #elsewhere: Kept[] = [];
  #life = 0;

  constructor(database: string, together: boolean) {
    this.#database = database;
    this.#together = together;
  }

  /** Runs up to a step; `false` when it was through before. */
  async live(dieBefore: number): Promise<boolean> {
    const run = {};
    this.#life++;
    let steps = 0;
    const step = async (work: () => Promise<unknown> | undefined): Promise<void> => {
      if (++steps === dieBefore) throw new Died();
      await work();
    };
    // The connection is one for the whole run; when the process dies, it is gone.
    const { connection } = await leaseConnection({
      database: this.#database,
      doing: 'test',
      create: true,
      run,
    });
    try {
      await this.#run(run, step);
      return false;
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      return true;
    } finally {
      connection.database.close();
    }
  }

  async #run(run: object, step: (work: () => Promise<unknown> | undefined) => Promise<void>): Promise<void> {
    let session: CheckpointSession | undefined;
    if (this.#together) {
      await step(async () => {
        session = await sqliteStore(this.#database, {}, this.#machine()).open({ pipeline: 'p', run });
      });
    }
    const kept = await this.#newest(session);
    let number = kept === undefined ? 0 : kept.number;
    const sinks: Required<Sink<object>>[] = [];
    for (const [index, table] of TABLES.entries()) {
      const context = checkpointedContext({ run, files: this.#files[index]!, from: kept?.states[index] });
      const writer = sqliteWriter<object>({ database: this.#database, table });
      await step(async () => void sinks.push(await open(writer, context)));
    }
    const checkpoint = async (lots: number): Promise<void> => {
      number++;
      const states: unknown[] = [];
      for (const sink of sinks) await step(async () => states.push(await sink.prepare(number)));
      await step(() => this.#keep(session, number, { lots, states }));
      for (const sink of sinks) await step(() => sink.commit(number));
    };
    if (kept === undefined) await checkpoint(0);
    for (let lot = kept?.lots ?? 0; lot < LOTS; lot++) {
      for (const [index, sink] of sinks.entries()) {
        for (const row of rowsOfLot(TABLES[index]!, lot)) await step(() => write(sink, row));
      }
      // One that comes to nothing: what was prepared belongs to the next.
      if (lot % 2 === 1) {
        for (const sink of sinks) await step(() => sink.prepare(++number));
      }
      await checkpoint(lot + 1);
    }
    for (const sink of sinks) await step(() => sink.close());
    await step(() => session?.close());
  }

  /** A process of its own, which alone of all is alive. */
  #machine(): Machine {
    const alive = { ...thisMachine(), pid: 100 + this.#life };
    return { ...alive, process: (pid) => ({ alive: pid === alive.pid, start: `${pid}` }) };
  }

  async #newest(
    session: CheckpointSession | undefined,
  ): Promise<(Kept & { readonly number: number }) | undefined> {
    if (session === undefined) {
      const kept = this.#elsewhere.at(-1);
      return kept && { ...kept, number: this.#elsewhere.length };
    }
    const [newest] = await session.list();
    if (newest === undefined) return undefined;
    return { ...JSON.parse(Buffer.from(await session.read(newest.id)).toString()), number: newest.id };
  }

  async #keep(session: CheckpointSession | undefined, number: number, kept: Kept): Promise<void> {
    if (session === undefined) this.#elsewhere.push(structuredClone(kept));
    else await session.write(number, [Buffer.from(JSON.stringify(kept))]);
  }
}

const DDL = ['a', 'b'].map((table) => `CREATE TABLE ${table} (id INTEGER, note TEXT, data BLOB)`);
const expected = TABLES.map((table) =>
  Array.from({ length: LOTS }, (_, lot) => rowsOfLot(table, lot)).flat(),
);
const found = (path: string) => TABLES.map((table) => rowsOf(path, `SELECT * FROM ${table} ORDER BY rowid`));

describe.each([
  ['elsewhere', false],
  ['in the same database', true],
])('checkpoints %s', (_, together) => {
  test('make whole what a process that died before any step has left, also when the next dies, too', async () => {
    let deaths = 0;
    for (let dieBefore = 1; ; dieBefore++) {
      const path = made(...DDL);
      const lives = new Lives(path, together);
      const died = await lives.live(dieBefore);
      if (died) {
        deaths++;
        await lives.live(1 + ((dieBefore * 5) % 23));
        await lives.live(Number.POSITIVE_INFINITY);
      }
      expect(found(path), `died before step ${dieBefore}`).toEqual(expected);
      if (!died) break;
    }
    expect(deaths).toBeGreaterThan(50);
  });
});

test('nothing is in the database while it is no more than prepared', async () => {
  const path = made(...DDL);
  const sink = await open(sqliteWriter<object>({ database: path, table: 'a' }), checkpointedContext());
  await write(sink, { id: 1 });
  await sink.prepare(1);
  expect(rowsOf(path, 'SELECT id FROM a')).toEqual([]);
  await sink.commit(1);
  expect(rowsOf(path, 'SELECT id FROM a')).toEqual([{ id: 1 }]);
  await sink.close();
});
