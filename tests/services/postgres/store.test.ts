import { describe, test } from 'vitest';
import type { CheckpointStore } from '../../../src/interfaces/checkpoint.ts';
import { postgresStore } from '../../../src/io/connectors/postgres/postgres-store.ts';
import {
  type CheckpointStoreCases,
  checkpointStoreConformance,
} from '../../../src/testing/checkpoint-store-conformance.ts';
import { testSchema } from './schema.ts';

const { url, schema, asked } = await testSchema();

let stores = 0;
const schemas = new WeakMap<CheckpointStore, string>();

/** A store in a schema of its own. */
async function made(options: { readonly keep?: number } = {}): Promise<CheckpointStore> {
  const own = `${schema}_${++stores}`;
  await asked(`CREATE SCHEMA "${own}"`);
  return stored(own, options);
}

function stored(own: string, options: { readonly keep?: number } = {}): CheckpointStore {
  const store = postgresStore({ url, schema: own, ...options });
  schemas.set(store, own);
  return store;
}

function suite(name: string, make: () => Promise<CheckpointStore>, cases: CheckpointStoreCases = {}): void {
  describe(name, () => {
    for (const one of checkpointStoreConformance(name, make, cases)) {
      test(one.name, async () => {
        try {
          await one.run();
        } finally {
          await asked(`DROP SCHEMA IF EXISTS "${schema}_${stores}" CASCADE`);
        }
      });
    }
  });
}

/** A store whose database refuses something once, of checkpoint 2. */
async function refusing(table: string): Promise<CheckpointStore> {
  const store = await made();
  await (await store.open({ pipeline: 'conformance' })).close();
  const own = schemas.get(store)!;
  await asked(
    `CREATE SEQUENCE "${own}".refusals`,
    `CREATE FUNCTION "${own}".refuse() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       IF nextval('"${own}".refusals') = 1 THEN RAISE EXCEPTION 'the disk is full' USING ERRCODE = '53100'; END IF;
       RETURN NEW;
     END $$`,
    `CREATE TRIGGER refuse BEFORE INSERT ON "${own}".${table} FOR EACH ROW WHEN (NEW.id = 2)
     EXECUTE FUNCTION "${own}".refuse()`,
  );
  return store;
}

suite('postgres', made, {
  again: (store) => stored(schemas.get(store)!),
  faults: {
    'a part of it is refused': () => refusing('millrace_checkpoint_parts'),
    'the entry for it is refused': () => refusing('millrace_checkpoints'),
  },
});
suite('postgres of five', () => made({ keep: 5 }), { keep: 5 });
