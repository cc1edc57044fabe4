import type { ConnectionSettings } from './connection-options.ts';
import { CopyIn } from './copy-in.ts';
import { type PgClient, type PgRows, pgClient } from './pg-client.ts';
import { endsSession, postgresError } from './postgres-error.ts';

/** Rows come as texts; who asked for them knows what they are. */
const AS_TEXT = { getTypeParser: () => asText };

/**
 * What the texts of values look like, whatever the server or the role has set: dates as in ISO 8601, floats with all their
 * digits, bytes in hexadecimal.
 */
const SESSION =
  'SET datestyle = ISO; SET extra_float_digits = 3; SET bytea_output = hex; SET intervalstyle = postgres';

/** Makes commits wait for the disk of the server; those that wait for more stay as they are. */
const SAFE = `SELECT set_config('synchronous_commit', 'on', false)
  WHERE current_setting('synchronous_commit') IN ('off', 'local')`;

/** A connection to a server. Statements are sent one at a time, in the order of the calls. */
export class PostgresConnection {
  /** What it was lost by, once it is; whoever uses it then gets this. */
  lost: unknown;
  readonly #client: PgClient;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(client: PgClient) {
    this.#client = client;
    client.on('error', (error) => {
      this.lost ??= error;
    });
  }

  /**
   * @param doing What needs it, for errors.
   * @param name What the server calls the session.
   * @throws MillraceError `ERR_PEER`, `ERR_DATABASE`.
   */
  static async open(
    settings: ConnectionSettings,
    doing: string,
    name = 'millrace',
  ): Promise<PostgresConnection> {
    const { url, password, ssl, connectTimeout, session } = settings;
    const client = await pgClient(
      {
        connectionTimeoutMillis: connectTimeout,
        application_name: name,
        keepAlive: true,
        ...(url !== undefined && { connectionString: url }),
        ...(password !== undefined && { password: password as string }),
        ...(ssl !== undefined && { ssl }),
      },
      doing,
    );
    const connection = new PostgresConnection(client);
    try {
      await client.connect();
      await connection.query(SESSION);
      for (const [setting, value] of Object.entries(session)) {
        await connection.query('SELECT set_config($1, $2, false)', [setting, value]);
      }
      return connection;
    } catch (error) {
      await connection.close();
      throw postgresError(doing, error);
    }
  }

  /**
   * The same, to write by: what a commit has taken is safe from a loss of power then, unless the user has said for these very
   * sessions that it need not be.
   */
  static async openSafe(settings: ConnectionSettings, doing: string): Promise<PostgresConnection> {
    const connection = await PostgresConnection.open(settings, doing);
    if (settings.session['synchronous_commit'] !== undefined) return connection;
    try {
      await connection.query(SAFE);
      return connection;
    } catch (error) {
      await connection.close();
      throw postgresError(doing, error);
    }
  }

  /** Bytes that have come from the server. */
  get bytesRead(): number {
    const read: unknown = Reflect.get(this.#client.connection.stream, 'bytesRead');
    return typeof read === 'number' ? read : 0;
  }

  /** Runs a statement, or several without values, and gives the rows of the last. Rejects with what `pg` says. */
  query(text: string, values?: readonly unknown[]): Promise<PgRows> {
    return this.#next(async () => {
      const given = values === undefined ? {} : { values };
      const results = await this.#client.query({ text, rowMode: 'array', types: AS_TEXT, ...given });
      return Array.isArray(results) ? results.at(-1)! : results;
    });
  }

  /** Runs statements of which one is `COPY … FROM STDIN`, with its rows. Rejects with what `pg` says. */
  copy(text: string, data: readonly Uint8Array[]): Promise<number> {
    return this.#next(async () => {
      const copy = new CopyIn(text, data);
      this.#client.query(copy);
      await copy.done;
      return copy.rows;
    });
  }

  #next<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#last.then(() => {
      if (this.lost !== undefined) throw this.lost;
      return task().catch((error: unknown) => {
        if (endsSession(error)) this.lost ??= error;
        throw error;
      });
    });
    this.#last = done.catch(ignore);
    return done;
  }

  /** Closes it; what is still being done fails, and what was not committed is gone. Never rejects. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.lost ??= new Error('the connection was closed');
    await this.#client.end().catch(ignore);
  }
}

function asText(text: string): string {
  return text;
}

function ignore(): void {}
