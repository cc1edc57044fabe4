import { z } from 'zod';
import { component } from '../core/component.ts';
import { withRole } from '../core/option-role.ts';
import type { Component } from '../interfaces/component.ts';
import { PostgresReadSchema } from '../io/connectors/postgres/postgres-read-options.ts';
import { postgresReader } from '../io/connectors/postgres/postgres-reader.ts';
import { PostgresWriteSchema } from '../io/connectors/postgres/postgres-write-options.ts';
import { postgresWriter } from '../io/connectors/postgres/postgres-writer.ts';
import { SqliteReadSchema } from '../io/connectors/sqlite/sqlite-read-options.ts';
import { sqliteReader } from '../io/connectors/sqlite/sqlite-reader.ts';
import { SqliteWriteSchema } from '../io/connectors/sqlite/sqlite-write-options.ts';
import { sqliteWriter } from '../io/connectors/sqlite/sqlite-writer.ts';

const database = withRole(z.string().min(1).describe('Path of the database'), { role: 'path' });
/** A value for a statement, where options are plain data. */
const parameter = z.union([z.null(), z.number(), z.string()]);
/** How to get to a server, where options are plain data. */
const connection = {
  password: z.string().optional().describe('The password; by default that of the URL'),
};

/** Readers and writers of other systems. */
export const connectors: readonly Component[] = [
  component(
    'reader',
    'postgres',
    'Rows of a table or a query of PostgreSQL',
    PostgresReadSchema.safeExtend({
      ...connection,
      params: z.array(parameter).default([]).describe('Values for $1, $2 … in query or where'),
      after: z
        .union([z.number(), z.string()])
        .optional()
        .describe('Where to begin: rows whose since is larger than this'),
    }),
    postgresReader,
  ),
  component(
    'writer',
    'postgres',
    'Rows of a table of PostgreSQL',
    PostgresWriteSchema.safeExtend(connection),
    postgresWriter,
  ),
  component(
    'reader',
    'sqlite',
    'Rows of a table or a query of SQLite',
    SqliteReadSchema.safeExtend({
      database,
      params: z
        .union([z.array(parameter), z.record(z.string(), parameter)])
        .default([])
        .describe('Values for the query or the where: by place, or by name'),
      after: parameter.optional().describe('Reads only rows of which since is greater than this'),
    }),
    sqliteReader,
  ),
  component(
    'writer',
    'sqlite',
    'Rows of a table of SQLite',
    SqliteWriteSchema.safeExtend({ database }),
    sqliteWriter,
  ),
];
