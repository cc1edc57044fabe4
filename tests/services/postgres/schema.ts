import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, inject } from 'vitest';

/** A schema for the tests of one file, which goes after them. */
export interface TestSchema {
  readonly url: string;
  readonly schema: string;
  /** Runs statements in it, and gives the rows of the last one. */
  asked(...statements: readonly string[]): Promise<Record<string, unknown>[]>;
  /** A name for a table that nothing has. */
  table(columns?: string): Promise<string>;
}

export async function testSchema(): Promise<TestSchema> {
  const url = inject('postgres');
  const schema = `millrace_test_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: url, application_name: 'millrace tests' });
  await client.connect();
  await client.query(`CREATE SCHEMA ${schema}; SET search_path = ${schema}`);
  afterAll(async () => {
    await client.query(`DROP SCHEMA ${schema} CASCADE`);
    await client.end();
  });
  let tables = 0;
  const asked = async (...statements: readonly string[]) => {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  };
  return {
    url,
    schema,
    asked,
    async table(columns) {
      const name = `t${++tables}`;
      if (columns !== undefined) await asked(`CREATE TABLE ${name} (${columns})`);
      return name;
    },
  };
}
