import pg from 'pg';
import { afterAll, describe, test } from 'vitest';
import type { WriteContext } from '../../src/interfaces/writer.ts';
import type { PostgresWriteOptions } from '../../src/io/connectors/postgres/postgres-write-options.ts';
import { postgresWriter } from '../../src/io/connectors/postgres/postgres-writer.ts';
import {
  type MakeWriter,
  type WriterCases,
  writerConformance,
} from '../../src/testing/writer-conformance.ts';
import { resumptionCases } from '../../src/testing/writer-resumption.ts';
import { pgliteServer } from '../unit/io/connectors/postgres/pglite-server.ts';

const server = await pgliteServer();
afterAll(async () => {
  // Whatever was left open would keep this waiting.
  await server.left();
  await server.close();
});

/** Runs statements on the database, and gives the rows of the last one. */
async function asked(...statements: readonly string[]): Promise<unknown[]> {
  const client = new pg.Client(server.url);
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

const input: unknown[] = Array.from({ length: 37 }, (_, id) => ({
  id,
  note: ['plain', 'two\nlines and \\ a tab\t', '🙂 漢字', null][id % 4],
  total: [1.5, id, -0.25][id % 3],
  big: 2n ** 62n + BigInt(id),
  data: new Uint8Array([id, 0, 255]),
  paid: id % 2 === 0,
  at: new Date(1.7e12 + id),
  tags: ['a', `"${id}"`, null],
  more: { id, deep: [id] },
}));
const output = input.map((record) => {
  const { big, data, at, ...row } = record as { big: bigint; data: Uint8Array; at: Date };
  return { ...row, big: `${big}`, data: Buffer.from(data).toString('hex'), at: at.toISOString() };
});

const COLUMNS = `id int, note text, total float8, big int8, data bytea, paid boolean CHECK (id < 500 OR paid),
  at timestamptz, tags text[], more jsonb`;

let schemas = 0;

function made(options: Partial<PostgresWriteOptions>, columns?: string): MakeWriter<unknown> {
  return async () => {
    const schema = `"schema ${++schemas}"`;
    await asked(`CREATE SCHEMA ${schema}`);
    if (columns !== undefined) await asked(`CREATE TABLE ${schema}."A ""table"" of. its own" (${columns})`);
    const table = 'A "table" of. its own';
    const there = `SELECT to_regclass('${schema}."${table.replaceAll('"', '""')}"') AS there`;
    return {
      writer: postgresWriter({ url: server.url, schema: schema.slice(1, -1), table, ...options }),
      written: async () => {
        const [found] = (await asked(there)) as { there: string | null }[];
        if (found!.there === null) return [];
        const rows = await asked(
          `SELECT id, note, total, paid, big, encode(data, 'hex') AS data, tags, more,
             to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
           FROM ${found!.there} ORDER BY id`,
        );
        return rows.map((row) => ({ ...(row as object) }));
      },
    };
  };
}

function suite(name: string, make: MakeWriter<unknown>, cases: Partial<WriterCases<unknown>> = {}): void {
  const all = { input, output, nothing: [], empty: [], ...cases };
  describe(name, () => {
    for (const one of writerConformance(name, make, all)) test(one.name, one.run);
    for (const [title, run] of resumptionCases(make, { ...all, staysWritten: true })) {
      test(`${name} ${title}`, run);
    }
  });
}

/** As in a run in which every failure is the end: rows are gathered over batches. */
function strict(make: MakeWriter<unknown>): MakeWriter<unknown> {
  return async () => {
    const { writer, written } = await make();
    const open = (context: WriteContext) => writer.open({ ...context, strict: true });
    return { writer: Object.freeze({ ...writer, open }), written };
  };
}

const KEYED = COLUMNS.replace('id int', 'id int PRIMARY KEY');

const broken = { id: 1000, paid: false };
suite('postgres', made({}, COLUMNS), { poison: broken });
suite('postgres where every failure is the end', strict(made({}, COLUMNS)));
suite('postgres with a table of its own', made({ create: true }), { poison: { id: 1000, other: 1 } });
suite('postgres with an upsert', made({ conflict: { key: 'id' } }, KEYED), { poison: broken });
suite(
  'postgres with an upsert, where every failure is the end',
  strict(made({ conflict: { key: 'id' } }, KEYED)),
);
suite('postgres with what is there left out', made({ conflict: 'ignore' }, KEYED), {
  poison: { ...broken, note: 'with NUL \0' },
});
