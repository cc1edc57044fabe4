import pg from 'pg';
import { schemaOf } from './stores.ts';

/** Runs statements in the schema of a folder, and gives the rows of the last one. */
async function asked(url: string, folder: string, ...statements: readonly string[]): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url, options: `-c search_path=${schemaOf(folder)}` });
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

export async function makeSchema(url: string, folder: string): Promise<void> {
  await asked(url, folder, `CREATE SCHEMA ${schemaOf(folder)}`);
}

export async function dropSchema(url: string, folder: string): Promise<void> {
  await asked(url, folder, `DROP SCHEMA ${schemaOf(folder)} CASCADE`);
}

/** What is in a table of PostgreSQL of a job, in an order of its own. */
export function postgresRows(url: string, folder: string, table: string): Promise<readonly unknown[]> {
  return asked(url, folder, `SELECT * FROM ${table} ORDER BY 1, 2`);
}
