import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { MillraceError } from '../../core/errors.ts';
import type { Compression } from './compression.ts';
import type { OpenPlace } from './file-place.ts';
import { ioError } from './io-error.ts';

/** As much of a file is looked at before something is appended to it. */
export const HEAD_BYTES = 64 * 2 ** 10;

/** What so few bytes may grow to. */
const MOST_PLAIN = 128 * 2 ** 20;

/** The first bytes of a file that is appended to, as they lie there; it is closed when that fails. */
export async function headOf({ place, handle }: OpenPlace): Promise<Uint8Array> {
  const head = Buffer.alloc(Math.min(place.begin, HEAD_BYTES));
  let read = 0;
  try {
    while (read < head.length) {
      const { bytesRead } = await handle.read(head, read, head.length - read, read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return head.subarray(0, read);
  } catch (cause) {
    await handle.close().catch(() => undefined);
    throw ioError('append to', place.path, cause);
  }
}

/** The first bytes without their compression, as far as they go. */
export function plainHead(path: string, head: Uint8Array, compression: Compression): Uint8Array {
  const options = { maxOutputLength: MOST_PLAIN };
  try {
    if (head.length === 0) return head;
    if (compression === 'gzip') return gunzipSync(head, { ...options, finishFlush: constants.Z_SYNC_FLUSH });
    if (compression !== 'zstd') return head;
    return zstdDecompressSync(head, { ...options, finishFlush: constants.ZSTD_e_flush });
  } catch (cause) {
    throw new MillraceError(
      'ERR_DECOMPRESS',
      `Cannot append to ${path}: what is there is no ${compression} data`,
      {
        cause,
        hint: 'Name another file, or say which compression it has.',
      },
    );
  }
}
