import { z } from 'zod';
import type { Component } from '../interfaces/component.ts';
import { SqliteReadSchema } from '../io/connectors/sqlite/sqlite-read-options.ts';
import { sqliteReader } from '../io/connectors/sqlite/sqlite-reader.ts';
import { SqliteWriteSchema } from '../io/connectors/sqlite/sqlite-write-options.ts';
import { sqliteWriter } from '../io/connectors/sqlite/sqlite-writer.ts';
import { component } from './component.ts';

const database = z.string().min(1).describe('Path of the database');
/** A value for a statement, where options are plain data. */
const parameter = z.union([z.null(), z.number(), z.string()]);

/** Readers and writers of other systems. */
export const connectors: readonly Component[] = [
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
