/** What is read and written where one says: a slice of Node's `FileHandle`. Either may do less than it is asked to. */
export interface PositionedFile {
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>;
  read(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
}

/** Bytes that are read in one go: a call cannot take more than two gibibytes. */
const PIECE = 16 * 1024 * 1024;

/**
 * Writes all of the bytes, from `position` on.
 *
 * @throws what the file does; an error with the code `ENOSPC` when it takes nothing.
 */
export async function writeAll(file: PositionedFile, bytes: Uint8Array, position: number): Promise<void> {
  for (let put = 0; put < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, put, bytes.length - put, position + put);
    if (bytesWritten === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' });
    put += bytesWritten;
  }
}

/** Reads so many bytes from `position` on; resolves to how many there are, when the file ends before. */
export async function readInto(
  file: PositionedFile,
  into: Uint8Array,
  length: number,
  position: number,
): Promise<number> {
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(into, filled, Math.min(PIECE, length - filled), position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
