/** A connection that several of a run may use; each has to give it back once. */
export interface Lease<C> {
  readonly connection: C;
  /** Gives it back: the last one closes it. Giving it back twice does nothing. */
  release(): Promise<void>;
}

/** How to get a connection of a run. */
export interface LeaseRequest<C> {
  /** What stands for the run, the same for all that it opens; without it, the connection is one's own. */
  readonly run: object | undefined;
  /** The database, however it was written: who shares this shares the connection. */
  readonly database: string;
  readonly open: () => Promise<C>;
}

interface Shared<C> {
  readonly opening: Promise<C>;
  users: number;
}

/**
 * Connections by run and database: the sinks of a run, and its store of checkpoints, that are in one database come to
 * have one connection, and so one transaction.
 */
export class SharedByRun<C> {
  readonly #runs = new WeakMap<object, Map<string, Shared<C>>>();
  readonly #close: (connection: C) => void | Promise<void>;

  constructor(close: (connection: C) => void | Promise<void>) {
    this.#close = close;
  }

  /** Opens a connection, or shares the one that is open. */
  async lease({ run, database, open }: LeaseRequest<C>): Promise<Lease<C>> {
    if (run === undefined) return this.#once(await open(), () => true);
    const databases = this.#runs.get(run) ?? new Map<string, Shared<C>>();
    this.#runs.set(run, databases);
    const found = databases.get(database);
    const shared = found ?? { opening: open(), users: 0 };
    databases.set(database, shared);
    shared.users++;
    const left = () => {
      shared.users--;
      if (shared.users === 0) databases.delete(database);
      return shared.users === 0;
    };
    try {
      return this.#once(await shared.opening, left);
    } catch (error) {
      left();
      throw error;
    }
  }

  #once(connection: C, left: () => boolean): Lease<C> {
    let given = false;
    return {
      connection,
      release: async () => {
        if (given) return;
        given = true;
        if (left()) await this.#close(connection);
      },
    };
  }
}
