import pg from 'pg';

/** Runs statements by a connection of their own, and gives the rows of the last one. */
export async function asked(
  url: string,
  ...statements: readonly string[]
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows.map((row) => ({ ...row }));
  } finally {
    await client.end();
  }
}
