import type { PostgresConnection } from './postgres-connection.ts';

/** Keeps those apart who make the same tables at the same time, which `IF NOT EXISTS` does not. Any number will do. */
const MAKING = 7_305_804_402;

/** Makes tables that are not there; where they are, nothing need be allowed but to use them. Belongs into a transaction. */
export async function madeOnce(
  connection: Pick<PostgresConnection, 'query'>,
  statements: string,
  tables: readonly string[],
): Promise<void> {
  const there = async () => {
    const { rows } = await connection.query(
      'SELECT bool_and(to_regclass(name) IS NOT NULL) FROM unnest($1::text[]) AS name',
      [tables],
    );
    return rows[0]![0] === 't';
  };
  if (await there()) return;
  await connection.query('SELECT pg_advisory_xact_lock($1)', [MAKING]);
  await connection.query(statements);
}
