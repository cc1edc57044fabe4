import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { csv } from '../../../../../src/formats.ts';
import type { DeadLetter } from '../../../../../src/interfaces/failure.ts';
import type { OnError } from '../../../../../src/interfaces/policy.ts';
import type { PostgresWriteOptions } from '../../../../../src/io/connectors/postgres/postgres-write-options.ts';
import { postgresWriter } from '../../../../../src/io/connectors/postgres/postgres-writer.ts';
import { toArray } from '../../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../../src/processing/graph/pipeline.ts';
import { deadLetter } from '../../../../../src/processing/policies/dead-letter.ts';
import { retry } from '../../../../../src/processing/policies/retry.ts';
import { run } from '../../../../../src/start.ts';
import { failure } from './sinks.ts';

const COLUMNS = `id int PRIMARY KEY, parent int REFERENCES parents, tag text UNIQUE, note varchar(8), total numeric(6, 2) CHECK (total >= 0),
  made date NOT NULL`;
const SETUP = [
  'CREATE TABLE parents (id int PRIMARY KEY)',
  'INSERT INTO parents SELECT generate_series(0, 9)',
  `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no % here', NEW.id USING ERRCODE = 'SHOP1'; END $$`,
];

/** A file of rows of which one, and only one, is not as the others: the field behind a comma. */
const ROWS = 400;
const WRONG = 283;
export const MODES: readonly (readonly [string, Partial<PostgresWriteOptions>])[] = [
  ['copied', {}],
  ['inserted where they are not there', { conflict: 'ignore' }],
  ['updated where they are there', { conflict: { key: 'id' } }],
  ['copied batch by batch', { commit: 'batch' }],
  ['updated batch by batch', { commit: 'batch', conflict: { key: 'id' } }],
];

export const REFUSED: readonly (readonly [string, Readonly<Record<string, string>>, string, string])[] = [
  ['of another type', { made: 'soon' }, 'ERR_ENCODE', 'invalid input syntax for type date: "soon"'],
  ['too long', { note: 'far too long' }, 'ERR_ENCODE', 'value too long for type character varying(8)'],
  ['too large', { total: '123456' }, 'ERR_ENCODE', 'numeric field overflow'],
  ['null', { made: '' }, 'ERR_CONSTRAINT', 'null value in column "made"'],
  ['against a check', { total: '-1' }, 'ERR_CONSTRAINT', 'violates check constraint'],
  [
    'of a parent that is not there',
    { parent: '77' },
    'ERR_CONSTRAINT',
    'Key (parent)=(77) is not present in table "parents"',
  ],
];

export interface RefusedRowsSpec {
  readonly url: string;
  readonly schema: string;
  /** Runs statements in the schema, and gives the rows of the last one. */
  readonly asked: (...statements: readonly string[]) => Promise<readonly Record<string, unknown>[]>;
  readonly modes: typeof MODES;
  readonly refused: typeof REFUSED;
}

/** Tests that a row which the server refuses is named, whatever it is refused for, and however rows are written. */
export async function refusedRows({ asked, modes, refused, ...place }: RefusedRowsSpec): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  await asked(...SETUP);
  let last = 0;
  async function table(): Promise<string> {
    const name = `t${++last}`;
    await asked(`CREATE TABLE ${name} (${COLUMNS})`);
    return name;
  }

  function file(wrong: Readonly<Record<string, string>>): string {
    const lines = Array.from({ length: ROWS }, (_, id) => {
      const row = {
        id: `${id}`,
        parent: `${id % 10}`,
        tag: `tag ${id}`,
        note: 'a\\b',
        total: '1.5',
        made: '2026-01-01',
      };
      return Object.values(id === WRONG ? { ...row, ...wrong } : row).join(',');
    });
    const path = join(folder, `${++last}.csv`);
    writeFileSync(path, ['id,parent,tag,note,total,made', ...lines, ''].join('\n'));
    return path;
  }

  describe.each(modes)('a row that the server refuses, where rows are %s', (_, options) => {
    const made = (path: string, name: string, onError?: OnError) =>
      csv.read(path, { nulls: [''] }).to(
        postgresWriter<object>({
          ...place,
          table: name,
          ...options,
          ...(onError !== undefined && { onError }),
        }),
      );

    test.each(refused)(
      'fails the run with its line, and the words of the server: %s',
      async (_, wrong, code, found) => {
        const [name, path] = [await table(), file(wrong)];
        for (const onError of [undefined, retry({ attempts: 2, backoff: '0ms..0ms' })]) {
          const error = (await failure(run(pipeline('p', made(path, name, onError))))) as Error;
          expect(error).toMatchObject({
            code,
            origin: { record: WRONG + 1, line: WRONG + 2 },
            retryable: false,
          });
          expect(error.message).toMatch(/^Cannot write .*\.csv line 285 \(record 284/);
          expect(error.message).toContain(found);
          if (options.commit !== 'batch') expect(await asked(`SELECT * FROM ${name}`)).toEqual([]);
          await asked(`TRUNCATE ${name}`);
        }
      },
    );

    test.each(refused)('is put aside with its line, and no other: %s', async (_, wrong, code, found) => {
      const [name, path] = [await table(), file(wrong)];
      const letters = toArray<DeadLetter>();
      const { balance } = await run(pipeline('p', made(path, name, deadLetter(letters))));
      expect(balance).toMatchObject({ read: ROWS, written: ROWS - 1, deadLettered: 1 });
      expect(letters.records).toMatchObject([
        {
          origin: { line: WRONG + 2 },
          record: { id: `${WRONG}` },
          error: { code, message: expect.stringContaining(found) },
        },
      ]);
      expect(
        await asked(
          `SELECT count(*)::int AS rows, count(*) FILTER (WHERE id = ${WRONG})::int AS wrong FROM ${name}`,
        ),
      ).toEqual([{ rows: ROWS - 1, wrong: 0 }]);
    });
  });

  test.each(['BEFORE', 'AFTER'])(
    'a row that a trigger refuses, %s it is there, by a code of its own, is named',
    async (when) => {
      const [name, path] = [await table(), file({})];
      await asked(
        `CREATE TRIGGER refuses ${when} INSERT ON ${name} FOR EACH ROW WHEN (NEW.id = ${WRONG}) EXECUTE FUNCTION refuse()`,
      );
      const target = postgresWriter<object>({ ...place, table: name });
      expect(await failure(run(pipeline('p', csv.read(path).to(target))))).toMatchObject({
        code: 'ERR_CONSTRAINT',
        message: expect.stringContaining('no 283 here'),
        origin: { line: WRONG + 2 },
      });
    },
  );
}
