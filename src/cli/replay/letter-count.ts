import { formatOrigin } from '../../core/batch.ts';
import { MillraceError } from '../../core/errors.ts';
import { shortPath } from '../../core/module/user-frame.ts';
import { showValue } from '../../core/show-value.ts';
import type { Origin } from '../../interfaces/batch.ts';
import type { DeadLetter } from '../../interfaces/failure.ts';
import type { TakeRecords } from '../files/read-records.ts';

/** Letters of one node whose places are kept. */
const PLACES = 5;

/** How many dead letters a node has, and where the first ones are. */
export interface NodeLetters {
  readonly node: string;
  readonly letters: number;
  readonly places: readonly string[];
}

/** Counts dead letters by the nodes that refused them. */
export class LetterCount {
  readonly #nodes = new Map<string, { letters: number; readonly places: string[] }>();
  /** The files that they are in. */
  readonly files = new Set<string>();
  letters = 0;
  readonly #stdin: string | undefined;

  /** @param stdin The file with what came through stdin, which is told by that name. */
  constructor(stdin?: string) {
    this.#stdin = stdin;
  }

  /** @throws MillraceError `ERR_LETTER` for what is no dead letter. */
  readonly take: TakeRecords = (records, origin) => {
    for (const [index, record] of records.entries()) {
      const place = () => this.#named(origin.at(index));
      const node = nodeOf(record, place);
      const known = this.#nodes.get(node) ?? { letters: 0, places: [] };
      this.#nodes.set(node, known);
      known.letters++;
      if (known.places.length < PLACES) known.places.push(placeOf(place()));
    }
    if (records.length > 0) {
      const { file } = origin.at(0);
      if (file !== undefined) this.files.add(file);
    }
    this.letters += records.length;
    return true;
  };

  #named({ file, ...origin }: Origin): Origin {
    if (file === undefined) return origin;
    return file === this.#stdin ? { ...origin, source: 'stdin' } : { ...origin, file };
  }

  get nodes(): readonly NodeLetters[] {
    return [...this.#nodes].map(([node, counted]) => ({ node, ...counted }));
  }
}

function placeOf({ file, source, line, record }: Origin): string {
  return `${file === undefined ? source : shortPath(file)} ${line === undefined ? `record ${record}` : `line ${line}`}`;
}

function nodeOf(letter: unknown, origin: () => Origin): string {
  const lacking = lackOf(letter);
  if (lacking === undefined) return (letter as DeadLetter).node;
  throw new MillraceError('ERR_LETTER', `Cannot replay ${formatOrigin(origin())}: ${lacking}`, {
    origin: origin(),
    hint: 'Give the file that deadLetter(ndjson.write(…)) has written: each line has record, error, node and origin.',
  });
}

/** What a value lacks to be a dead letter. */
function lackOf(letter: unknown): string | undefined {
  if (typeof letter !== 'object' || letter === null) return `${showValue(letter)} is no dead letter`;
  const { node, origin } = letter as Partial<DeadLetter>;
  if (!Object.hasOwn(letter, 'record')) return 'it is no dead letter, as it has no "record"';
  if (typeof node !== 'string') return 'it is no dead letter, as it has no "node"';
  if (typeof origin === 'object' && origin !== null && typeof origin.source === 'string') return undefined;
  return 'it is no dead letter, as it has no "origin"';
}
