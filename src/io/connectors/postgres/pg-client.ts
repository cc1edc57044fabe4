import type { Duplex } from 'node:stream';
import { MillraceError } from '../../../core/errors.ts';
import { optionalPeer } from '../../../core/optional-peer.ts';

/** A column of a result. */
export interface PgField {
  readonly name: string;
  readonly dataTypeID: number;
}

/** Rows as the server sent them: the texts of their fields. */
export interface PgRows {
  readonly rows: readonly (readonly (string | null)[])[];
  readonly fields: readonly PgField[];
  readonly rowCount: number | null;
  /** What was done, in one word: `COMMIT`. */
  readonly command: string | null;
}

/** The end of a connection that what is submitted writes to. */
export interface PgWire {
  readonly stream: Duplex;
  query(text: string): void;
  endCopyFrom(): void;
}

/** What takes the answers of the server to what it has written. */
export interface PgSubmittable {
  submit(wire: PgWire): Error | null | undefined;
  handleCopyInResponse(): void;
  handleRowDescription(): void;
  handleDataRow(): void;
  handlePortalSuspended(): void;
  handleEmptyQuery(): void;
  handleCommandComplete(message: { readonly text: string }): void;
  handleReadyForQuery(): void;
  handleError(error: Error): void;
}

/** The part of the client of the package `pg` that is used. */
export interface PgClient {
  readonly connection: PgWire;
  connect(): Promise<unknown>;
  query(submittable: PgSubmittable): unknown;
  query(config: PgQuery): Promise<PgRows | PgRows[]>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** A statement whose rows come as texts. */
export interface PgQuery {
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly rowMode: 'array';
  readonly types: { getTypeParser(): (text: string) => unknown };
}

/** What a client is made with. */
export interface PgClientConfig {
  readonly connectionString?: string;
  readonly password?: string | (() => string | Promise<string>);
  readonly ssl?: boolean | object;
  readonly connectionTimeoutMillis: number;
  readonly application_name: string;
  readonly keepAlive: boolean;
}

/**
 * A client that is not connected yet.
 *
 * @throws MillraceError `ERR_PEER` when the package `pg` is not installed.
 */
export async function pgClient(config: PgClientConfig, doing: string): Promise<PgClient> {
  const { default: pg } = await optionalPeer('pg', () => import('pg'), doing);
  const client = new pg.Client(config as object) as unknown as PgClient;
  if (client.connection !== undefined) return client;
  throw new MillraceError('ERR_PEER', `Cannot ${doing}: the package pg runs on its native client`, {
    hint: 'Unset NODE_PG_FORCE_NATIVE: rows are copied by the client in JavaScript.',
    details: { package: 'pg' },
  });
}
