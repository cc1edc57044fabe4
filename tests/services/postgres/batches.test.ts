import { expect, test } from 'vitest';
import { from } from '../../../src/from.ts';
import { postgresWriter } from '../../../src/io/connectors/postgres/postgres-writer.ts';
import { pipeline } from '../../../src/processing/graph/pipeline.ts';
import { retry } from '../../../src/processing/policies/retry.ts';
import { run } from '../../../src/start.ts';
import { failure } from '../../unit/io/connectors/postgres/sinks.ts';
import { testSchema } from './schema.ts';

const { url, schema, asked, table } = await testSchema();

const writer = (name: string, options: object = {}) =>
  postgresWriter<object>({ url, schema, table: name, ...options });

test.each([1, 2])(
  "a session that is ended in batch %d of commit: 'batch' costs nothing where it is tried again",
  async (which) => {
    const name = await table('id int');
    await asked(`CREATE SEQUENCE ${name}_batches`);
    await asked(`CREATE FUNCTION ${name}_end() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF nextval('${schema}.${name}_batches') = ${which} THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
      RETURN NULL;
    END $$`);
    await asked(`CREATE TRIGGER ends BEFORE INSERT ON ${name} EXECUTE FUNCTION ${name}_end()`);
    const numbers = Array.from({ length: 2500 }, (_, id) => ({ id }));
    const onError = retry({ attempts: 5, backoff: '0ms..1ms' });
    const filled = (options: object) =>
      pipeline('p', from(numbers).to(writer(name, { commit: 'batch', ...options })));
    const { balance } = await run(filled({ onError }));
    expect(balance).toMatchObject({ written: 2500 });
    const [found] = await asked(`SELECT count(*)::int AS rows, count(DISTINCT id)::int AS ids FROM ${name}`);
    expect(found).toEqual({ rows: 2500, ids: 2500 });
    await asked(`ALTER SEQUENCE ${name}_batches RESTART`);
    const error = await failure(run(filled({})));
    expect(error).toMatchObject({ code: 'ERR_DATABASE', retryable: true, details: { code: '57P01' } });
    expect(String(error)).not.toContain('checkpoint');
  },
);
