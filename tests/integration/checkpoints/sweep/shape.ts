/** What a job of the sweep is like. */
export interface Shape {
  /** Orders over all files, and messages in the queue. */
  readonly records: number;
  readonly files: number;
  readonly messages: number;
  /** Bytes that a read asks for, and that are gathered before a write. */
  readonly chunkBytes: number;
  readonly edgeCapacity: number;
  /** Bytes that what is sorted may take, before it goes to the disk. */
  readonly memory: number;
  /** Between checkpoints: so many orders, or so many milliseconds. */
  readonly every: number;
  readonly clock: 'records' | 'timers';
  /** Where checkpoints are. */
  readonly store: 'folder' | 'SQLite' | 'PostgreSQL';
  /** Checkpoints that stay. */
  readonly keep: number;
  /** Records of a file before the next one. */
  readonly rotate: number;
  readonly shops: number;
  /** Whether all orders go to a table, too: its transactions hold back whatever comes behind a barrier. */
  readonly ordersTable: boolean;
  /** A database of a PostgreSQL server, for tables there. */
  readonly postgres?: string;
}

/** A small job of which each part has something to do between two checkpoints. */
export const SMALL: Shape = {
  records: 900,
  files: 6,
  messages: 60,
  chunkBytes: 512,
  edgeCapacity: 1,
  memory: 65_536,
  every: 80,
  clock: 'records',
  store: 'folder',
  keep: 2,
  rotate: 30,
  shops: 2,
  ordersTable: false,
};

/**
 * Any job: small ones are likelier, as they are killed more often in the same time. With a database of PostgreSQL, it has
 * tables there, and perhaps the checkpoints.
 */
export function randomShape(random: () => number, postgres?: string): Shape {
  const between = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const skewed = (least: number, most: number) => Math.round(least * (most / least) ** random());
  const records = skewed(100, 20_000);
  const clock = random() < 0.5 ? 'records' : 'timers';
  return {
    records,
    files: between(1, 12),
    messages: between(0, 120),
    chunkBytes: skewed(64, 65_536),
    edgeCapacity: between(1, 4),
    memory: skewed(65_536, 16_777_216),
    every: clock === 'records' ? Math.max(1, Math.round(records / skewed(1, 60))) : skewed(1, 100),
    clock,
    store: random() < 0.5 ? 'folder' : postgres !== undefined && random() < 0.6 ? 'PostgreSQL' : 'SQLite',
    keep: between(1, 4),
    rotate: skewed(5, 2000),
    shops: between(1, 12),
    ordersTable: random() < 0.3,
    ...(postgres !== undefined && { postgres }),
  };
}
