import { crc32 } from 'node:zlib';
import { isMillraceError, MillraceError, toError } from '../../core/errors.ts';
import { millraceVersion } from '../../core/version.ts';
import type {
  Checkpoint,
  CheckpointContent,
  CheckpointExtent,
  StoredState,
} from '../../interfaces/checkpoint.ts';
import {
  CHECKPOINT_FORMAT,
  headBytes,
  type Packing,
  readHead,
  type Section,
  tableOf,
  trailerBytes,
} from './checkpoint-format.ts';
import { packed, unpacked } from './section-packing.ts';
import { decodeSnapshot, encodeSnapshot } from './snapshot-codec.ts';

/** How to write a checkpoint. */
export interface EncodeCheckpointOptions {
  /** `zstd` makes states smaller, for about a second of work a 500 MB. @default 'none' */
  readonly packing?: Packing;
}

type Table = Pick<Checkpoint, 'id' | 'time' | 'pipeline' | 'complete' | 'manifest'> & {
  readonly sections: readonly Section[];
};

/**
 * A checkpoint as bytes: a head, the states one behind the other, a table with the length and the checksum of each, and
 * a trailer. The lengths stand behind what they measure, so that states can be made while they are written.
 *
 * @throws MillraceError `ERR_SNAPSHOT` when the manifest or a state holds what cannot be kept.
 */
export function* encodeCheckpoint(
  content: CheckpointContent,
  { packing = 'none' }: EncodeCheckpointOptions = {},
): Generator<Uint8Array, void, undefined> {
  const { id, time, pipeline, complete, manifest } = content;
  yield headBytes(CHECKPOINT_FORMAT, millraceVersion());
  const sections: Section[] = [];
  const names = new Set<string>();
  for (const [name, chunks] of content.states) {
    if (names.has(name))
      throw new MillraceError(
        'ERR_INTERNAL',
        `Cannot write checkpoint ${id}: two states are called "${name}"`,
      );
    names.add(name);
    let [stored, bytes, checksum] = [0, 0, 0];
    const took = (more: number) => {
      bytes += more;
    };
    for (const chunk of packed(chunks, packing, took)) {
      stored += chunk.length;
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
    sections.push({ name, stored, bytes, checksum, packing });
  }
  const table: Table = { id, time, pipeline, complete, manifest, sections };
  const bytes = Buffer.concat([...encodeSnapshot(table, 'checkpoint')]);
  yield bytes;
  yield trailerBytes(bytes);
}

/**
 * Reads a checkpoint, and checks every byte of it before anything is handed out; the states become values when they are
 * asked for. `where` names it in errors: `checkpoint 7 in ./state`.
 *
 * @throws MillraceError `ERR_CHECKPOINT` when it is damaged, or none; `ERR_CHECKPOINT_VERSION` when a newer millrace
 *   wrote it in a format that this one does not know.
 */
export function decodeCheckpoint(input: Uint8Array, where: string): Checkpoint {
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  const head = readHead(bytes);
  if (head === undefined)
    throw damaged(where, bytes.length === 0 ? 'it is empty' : 'it does not begin like one');
  const { format, millrace } = head;
  if (format > CHECKPOINT_FORMAT) throw tooNew(where, format, millrace);
  const encoded = tableOf(bytes, head.end);
  if (typeof encoded === 'string') throw damaged(where, encoded);
  const { sections, ...table } = checkedTable(encoded, where);
  const states = new Map<string, StoredState>();
  let at = head.end;
  for (const section of sections) {
    const stored = bytes.subarray(at, at + section.stored);
    at += section.stored;
    if (stored.length !== section.stored || crc32(stored) !== section.checksum) {
      throw damaged(where, `the state of "${section.name}" does not match its checksum`);
    }
    states.set(section.name, storedState(stored, section, where));
  }
  if (at !== bytes.length - encoded.length - trailerBytes(encoded).length) {
    throw damaged(where, 'its states are not as long as its table says');
  }
  return { ...table, format, millrace, states };
}

/**
 * Reads a checkpoint and makes all its states values, which takes the memory of the largest.
 *
 * @throws MillraceError as {@link decodeCheckpoint} does, and when a state cannot be read.
 */
export function verifyCheckpoint(bytes: Uint8Array, where: string): Checkpoint {
  const checkpoint = decodeCheckpoint(bytes, where);
  for (const state of checkpoint.states.values()) state.value();
  return checkpoint;
}

function storedState(stored: Buffer, { name, bytes, packing }: Section, where: string): StoredState {
  return {
    bytes,
    value() {
      let whole: Uint8Array;
      try {
        whole = unpacked(stored, bytes, packing);
      } catch (error) {
        throw damaged(where, `the state of "${name}" cannot be unpacked: ${toError(error).message}`, error);
      }
      return decodeSnapshot(whole, `the state of "${name}"`);
    },
  };
}

const EXTENTS: readonly unknown[] = ['running', 'stopped', 'finished'] satisfies CheckpointExtent[];

/** The table matched its checksum: what is wrong in it was written so, and need not be told apart. */
function checkedTable(encoded: Buffer, where: string): Table {
  let table: Partial<Table> | null;
  try {
    table = decodeSnapshot(encoded, 'the table') as Partial<Table> | null;
  } catch (error) {
    if (isMillraceError(error) && error.code === 'ERR_CHECKPOINT_VERSION') throw error;
    throw damaged(where, 'its table cannot be read', error);
  }
  const { id, time, pipeline, complete, sections } = table ?? {};
  const fits =
    isCount(id) &&
    typeof time === 'number' &&
    typeof pipeline === 'string' &&
    EXTENTS.includes(complete) &&
    Array.isArray(sections) &&
    sections.every(isSection);
  if (!fits) throw damaged(where, 'its table has other entries than it should');
  return table as Table;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isSection(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { name, stored, bytes, checksum, packing } = value as Partial<Section>;
  return (
    typeof name === 'string' &&
    [stored, bytes, checksum].every(isCount) &&
    (packing === 'none' || packing === 'zstd')
  );
}

function damaged(where: string, found: string, cause?: unknown): MillraceError {
  return new MillraceError('ERR_CHECKPOINT', `Cannot read ${where}: it is damaged, ${found}`, {
    ...(cause !== undefined && { cause }),
    hint: 'Go on from an older checkpoint, or begin anew with an empty store.',
  });
}

function tooNew(where: string, format: number, millrace: string): MillraceError {
  return new MillraceError(
    'ERR_CHECKPOINT_VERSION',
    `Cannot read ${where}: millrace ${millrace} wrote it in format ${format}, and this one, ${millraceVersion()}, knows formats up to ${CHECKPOINT_FORMAT}`,
    {
      hint: `Go on with millrace ${millrace} or later, or begin anew with an empty store.`,
      details: { format, millrace },
    },
  );
}
