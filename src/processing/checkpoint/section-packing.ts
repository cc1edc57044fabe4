import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Packing } from './checkpoint-format.ts';

/** The fastest of the levels that compress at all. */
const LEVEL = { [constants.ZSTD_c_compressionLevel]: 1 };

/** In front of each block: its length in the file, and its length. */
const HEAD = 8;

/** Bytes that are compressed in one go; a block that says it has more is damaged. */
const MOST_BLOCK = 1024 * 1024;

/** What goes into the file for the chunks of a state. */
export function* packed(
  chunks: Iterable<Uint8Array>,
  packing: Packing,
  took: (bytes: number) => void,
): Generator<Uint8Array> {
  for (const chunk of chunks) {
    took(chunk.length);
    if (packing === 'none') yield chunk;
    else
      for (let at = 0; at < chunk.length; at += MOST_BLOCK) yield block(chunk.subarray(at, at + MOST_BLOCK));
  }
}

function block(bytes: Uint8Array): Uint8Array {
  const compressed = zstdCompressSync(bytes, { params: LEVEL });
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(compressed.length, 0);
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, compressed]);
}

/**
 * The bytes of a state from those in the file. Nothing larger is made than the blocks say, and no block says more than
 * a mebibyte.
 *
 * @throws Error when they are not `bytes` long, or cannot be unpacked.
 */
export function unpacked(stored: Buffer, bytes: number, packing: Packing): Uint8Array {
  const blocks: Uint8Array[] = [];
  let total = 0;
  if (packing === 'none') {
    total = stored.length;
    blocks.push(stored);
  }
  for (let at = 0; packing === 'zstd' && at < stored.length; ) {
    const length = stored.readUInt32LE(at);
    const size = stored.readUInt32LE(at + 4);
    const from = at + HEAD;
    at = from + length;
    if (size > MOST_BLOCK || at > stored.length || total + size > bytes)
      throw new Error('a block is too large');
    const whole = zstdDecompressSync(stored.subarray(from, at), { maxOutputLength: Math.max(1, size) });
    if (whole.length !== size) throw new Error(`a block has ${whole.length} bytes instead of ${size}`);
    total += size;
    blocks.push(whole);
  }
  if (total !== bytes) throw new Error(`there are ${total} bytes instead of ${bytes}`);
  return blocks.length === 1 ? blocks[0]! : Buffer.concat(blocks, total);
}
