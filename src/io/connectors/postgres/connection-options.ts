import { z } from 'zod';
import { type Duration, duration } from '../../../core/duration.ts';
import { parseOptions } from '../../../core/options.ts';

/** How to get to a PostgreSQL database. */
export interface PostgresConnectionOptions {
  /**
   * `postgres://user@host:5432/database`. What it leaves out is taken from the environment, as `psql` does: `PGHOST`,
   * `PGPORT`, `PGUSER`, `PGPASSWORD`, `PGDATABASE`, `PGSSLMODE`.
   */
  readonly url?: string | undefined;
  /** The password, or a function that gives one for each connection, such as a token; by default that of the URL. */
  readonly password?: string | (() => string | Promise<string>) | undefined;
  /** Whether and how to use TLS: what `tls.connect` takes; by default as the URL or `PGSSLMODE` says. */
  readonly ssl?: boolean | Readonly<Record<string, unknown>> | undefined;
  /** Longest wait for a connection. @default '30s' */
  readonly connectTimeout?: Duration | undefined;
  /** Settings of each session, such as `{ search_path: 'sales', statement_timeout: '1min' }`. */
  readonly session?: Readonly<Record<string, string>> | undefined;
}

/** A URL of a database; it may have a user and no host, which the standard for URLs does not know. */
function parsedUrl(text: string): URL | undefined {
  if (!/^postgres(ql)?:\/\//.test(text)) return undefined;
  if (URL.canParse(text)) return new URL(text);
  const hosted = text.replace('@/', `@${NO_HOST}/`);
  return URL.canParse(hosted) ? new URL(hosted) : undefined;
}

/** Stands for a host that is not there. */
const NO_HOST = 'no-host.invalid';

function milliseconds(value: unknown, context: z.core.$RefinementCtx): number {
  try {
    return duration(value as Duration);
  } catch {
    context.addIssue({ code: 'custom', message: 'expected a duration such as "30s"' });
    return z.NEVER;
  }
}

/** A time in an option: becomes milliseconds. */
export const durationSchema = z.union([z.number(), z.string()]).transform(milliseconds);

/** The fields of {@link PostgresConnectionOptions}, for schemas to spread. */
export const connectionFields = {
  url: z
    .string()
    .refine(
      (text) => parsedUrl(text) !== undefined,
      'expected a URL such as postgres://user@host:5432/database',
    )
    .optional()
    .describe(
      'The database: postgres://user@host:5432/database; what it leaves out is taken from PGHOST and so on',
    ),
  password: z
    .unknown()
    .refine(
      (value) => typeof value === 'string' || typeof value === 'function',
      'expected text or a function',
    )
    .optional()
    .describe('The password; by default that of the URL'),
  ssl: z
    .union([z.boolean(), z.record(z.string(), z.unknown())])
    .optional()
    .describe('Whether and how to use TLS; by default as the URL or PGSSLMODE says'),
  connectTimeout: durationSchema.prefault('30s').describe('Longest wait for a connection'),
  session: z
    .record(z.string(), z.string())
    .default({})
    .describe('Settings of each session, such as search_path'),
} as const;

const ConnectionSchema = z.strictObject(connectionFields);

/** Checked {@link PostgresConnectionOptions}. */
export type ConnectionSettings = z.output<typeof ConnectionSchema>;

/** @throws MillraceError `ERR_OPTIONS`. */
export function connectionSettings(options: PostgresConnectionOptions): ConnectionSettings {
  return parseOptions(ConnectionSchema, options, 'the connection to PostgreSQL');
}

/** Where a database is, as far as it may be shown. */
export interface DatabasePlace {
  /** `host/database`: without user and password. */
  readonly label: string;
  /** The name of the database. */
  readonly database: string;
  /** Two connections to the same are interchangeable. */
  readonly key: string;
}

/** Where the database is that settings lead to. */
export function databasePlace({ url, session }: ConnectionSettings): DatabasePlace {
  const { env } = process;
  const parsed = url === undefined ? undefined : parsedUrl(url);
  const named = parsed?.hostname === NO_HOST ? undefined : parsed?.hostname;
  const query = (name: string) => parsed?.searchParams.get(name) || undefined;
  const host = query('host') ?? (decoded(named) || env['PGHOST'] || 'localhost');
  const port = query('port') ?? (parsed?.port || env['PGPORT'] || '5432');
  const user = query('user') ?? (decoded(parsed?.username) || env['PGUSER'] || env['USER'] || '');
  const database = decoded(parsed?.pathname.slice(1)) || env['PGDATABASE'] || user;
  const shownHost = port === '5432' ? host : `${host}:${port}`;
  return {
    label: `${shownHost}/${database}`,
    database,
    key: JSON.stringify([host, port, user, database, query('options') ?? '', Object.entries(session)]),
  };
}

function decoded(part: string | undefined): string | undefined {
  if (part === undefined) return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
