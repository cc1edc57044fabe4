import { afterAll } from 'vitest';
import { postgresStore } from '../../../src/io/connectors/postgres/postgres-store.ts';
import { damagedFileSuite } from '../../unit/processing/checkpoint/damaged-file-suite.ts';
import { testSchema } from './schema.ts';

const { url, schema, asked } = await testSchema();
let stores = 0;
const gone = () => asked(`DROP SCHEMA IF EXISTS ${schema}_${stores} CASCADE`);
afterAll(gone);

damagedFileSuite('a database of PostgreSQL', async () => {
  await gone();
  const own = `${schema}_${++stores}`;
  await asked(`CREATE SCHEMA ${own}`);
  const parts = `${own}.millrace_file_parts`;
  return {
    store: postgresStore({ url, schema: own }),
    async flip(file, at) {
      await asked(
        `UPDATE ${parts} SET content = set_byte(content, (${at} - position)::int, get_byte(content, (${at} - position)::int) # 4)
         WHERE name = '${file}' AND position <= ${at} AND position + length(content) > ${at}`,
      );
    },
    async cut(file, bytes) {
      await asked(
        `DELETE FROM ${parts} WHERE name = '${file}' AND position >= ${bytes}`,
        `UPDATE ${parts} SET content = substring(content FROM 1 FOR (${bytes} - position)::int)
         WHERE name = '${file}' AND position + length(content) > ${bytes}`,
      );
    },
  };
});
