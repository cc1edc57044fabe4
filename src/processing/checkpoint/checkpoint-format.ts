import { crc32 } from 'node:zlib';

/** The version of the format that this millrace writes, and the newest that it reads. */
export const CHECKPOINT_FORMAT = 1;

/** The first bytes: none of text, and some that a transfer as text would change. */
export const MAGIC = Buffer.from('\x89mrcp\r\n\x1a', 'latin1');
/** The last bytes: a file that was cut off does not have them. */
export const END = Buffer.from('mrcp.end', 'latin1');

/** Length of the table, its checksum, and {@link END}. */
export const TRAILER = 8 + 4 + END.length;

/** How the bytes of a section are packed. */
export type Packing = 'none' | 'zstd';

/** A section as the table lists it. They lie one behind the other from the head to the table. */
export interface Section {
  readonly name: string;
  /** Bytes in the file, and of the state. */
  readonly stored: number;
  readonly bytes: number;
  /**
   * CRC-32 of the bytes in the file. It is to find damage, not forgery: it finds all that is within 32 bits, and of
   * any other all but one in four milliards, at ten times the speed of SHA-256. Whoever can write to the folder could
   * write a checksum of any kind.
   */
  readonly checksum: number;
  readonly packing: Packing;
}

/** What stands in front of the sections. Its layout stays, so that any millrace can name the one that wrote a file. */
export function headBytes(format: number, millrace: string): Buffer {
  const version = Buffer.from(millrace, 'latin1').subarray(0, 255);
  const head = Buffer.alloc(MAGIC.length + 5 + version.length + 4);
  MAGIC.copy(head);
  head.writeUInt32LE(format, MAGIC.length);
  head[MAGIC.length + 4] = version.length;
  version.copy(head, MAGIC.length + 5);
  head.writeUInt32LE(crc32(head.subarray(0, -4)), head.length - 4);
  return head;
}

/** What a head says, and where it ends; `undefined` when it is damaged. */
export function readHead(bytes: Buffer) {
  const start = MAGIC.length + 5;
  const end = start + (bytes[start - 1] ?? 0) + 4;
  if (bytes.length < end || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  if (crc32(bytes.subarray(0, end - 4)) !== bytes.readUInt32LE(end - 4)) return undefined;
  return {
    format: bytes.readUInt32LE(MAGIC.length),
    millrace: bytes.toString('latin1', start, end - 4),
    end,
  };
}

export function trailerBytes(table: Uint8Array): Buffer {
  const trailer = Buffer.alloc(TRAILER);
  trailer.writeDoubleLE(table.length);
  trailer.writeUInt32LE(crc32(table), 8);
  END.copy(trailer, 12);
  return trailer;
}

/** The table, or what is wrong with it. `start` is where the head ends. */
export function tableOf(bytes: Buffer, start: number): Buffer | string {
  const end = bytes.length - TRAILER;
  if (end < start || !bytes.subarray(-END.length).equals(END)) return 'it was cut off';
  const length = bytes.readDoubleLE(end);
  if (!Number.isInteger(length) || length < 0 || length > end - start)
    return 'its table has an impossible length';
  const table = bytes.subarray(end - length, end);
  return crc32(table) === bytes.readUInt32LE(end + 8) ? table : 'its table does not match its checksum';
}
