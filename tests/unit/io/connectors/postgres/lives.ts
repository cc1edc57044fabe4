import type { CheckpointSession } from '../../../../../src/interfaces/checkpoint.ts';
import type { Sink } from '../../../../../src/interfaces/writer.ts';
import { connectionSettings } from '../../../../../src/io/connectors/postgres/connection-options.ts';
import { postgresStore } from '../../../../../src/io/connectors/postgres/postgres-store.ts';
import type { PostgresWriteOptions } from '../../../../../src/io/connectors/postgres/postgres-write-options.ts';
import { postgresWriter } from '../../../../../src/io/connectors/postgres/postgres-writer.ts';
import { leaseTransaction } from '../../../../../src/io/connectors/postgres/write-transaction.ts';
import { MemoryFiles } from '../../../../../src/testing/memory-files.ts';
import { checkpointedContext, open, write } from './sinks.ts';

/** A checkpoint of a run that is to write so many lots into two tables. */
interface Kept {
  readonly lots: number;
  readonly states: readonly unknown[];
}

const LOTS = 4;

/** What is written: into one table as it comes, into the other over what is there. */
export const TABLES: readonly (Omit<PostgresWriteOptions, 'columns'> & {
  /** The columns in SQL. */
  readonly columns: string;
})[] = [
  { table: 'a', columns: 'id int, note text, data bytea' },
  { table: 'b', columns: 'id int PRIMARY KEY, note text, data bytea', conflict: { key: 'id' } },
];

function rowsOfLot(table: string, lot: number): readonly object[] {
  // Sometimes one of the tables gets nothing.
  if (lot % 3 === (table === 'a' ? 1 : 2)) return [];
  return [0, 1, 2].map((n) => ({
    id: lot * 3 + n,
    note: `${table} ${lot} ${n}`,
    data: new Uint8Array([lot, n]),
  }));
}

/** The rows of each table when all is done, with their bytes as text. */
export const EXPECTED = TABLES.map(({ table }) =>
  Array.from({ length: LOTS }, (_, lot) => rowsOfLot(table, lot))
    .flat()
    .map((row) => {
      const { data, ...rest } = row as { readonly data: Uint8Array };
      return { ...rest, data: Buffer.from(data).toString('hex') };
    }),
);

/** Nothing here loses power, and waiting for disks takes most of the time. */
const SESSION = { synchronous_commit: 'off' };

class Died extends Error {}

type Step = (work: () => Promise<unknown> | undefined) => Promise<void>;

export interface LivesSpec {
  readonly url: string;
  /** The schema of the tables. */
  readonly schema: string;
  /** Whether the checkpoints are in the same database. */
  readonly together: boolean;
}

/** Runs of one pipeline, each of which may die before any step that an engine makes. */
export class Lives {
  readonly #spec: LivesSpec;
  readonly #files = TABLES.map(() => new MemoryFiles());
  /** Checkpoints that are kept elsewhere. */
  readonly #elsewhere: Kept[] = [];

  constructor(spec: LivesSpec) {
    this.#spec = spec;
  }

  /** Runs up to a step; `false` when it was through before. */
  async live(dieBefore: number): Promise<boolean> {
    const run = {};
    let steps = 0;
    const step: Step = async (work) => {
      if (++steps === dieBefore) throw new Died();
      await work();
    };
    // The connection is one for the whole run; when the process dies, it is gone.
    const settings = connectionSettings({ url: this.#spec.url, session: SESSION });
    const { connection } = await leaseTransaction(settings, 'test', run);
    try {
      await this.#run(run, step);
      return false;
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      return true;
    } finally {
      await connection.close();
    }
  }

  async #run(run: object, step: Step): Promise<void> {
    const { url, schema, together } = this.#spec;
    let session: CheckpointSession | undefined;
    if (together) {
      await step(async () => {
        session = await postgresStore({ url, schema, session: SESSION }).open({ pipeline: 'p', run });
      });
    }
    const kept = await this.#newest(session);
    let number = kept === undefined ? 0 : kept.number;
    const sinks: Required<Sink<object>>[] = [];
    for (const [index, { columns: _, ...options }] of TABLES.entries()) {
      const files = this.#files[index]!;
      // Rows of one are gathered over batches, those of the other answered for batch by batch.
      const context = checkpointedContext({ run, files, from: kept?.states[index], strict: index === 0 });
      const writer = postgresWriter<object>({ url, schema, session: SESSION, ...options });
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
        for (const row of rowsOfLot(TABLES[index]!.table, lot)) await step(() => write(sink, [row]));
      }
      // One that comes to nothing: what was prepared belongs to the next.
      if (lot % 2 === 1) {
        for (const sink of sinks) await step(() => sink.prepare(++number));
        for (const sink of sinks) await step(async () => sink.release(number));
      }
      await checkpoint(lot + 1);
    }
    // A run closes its sinks together.
    await step(() => Promise.all(sinks.map((sink) => sink.close())));
    await step(() => session?.close());
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
