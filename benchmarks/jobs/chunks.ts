import { open } from 'node:fs/promises';

const CHUNK = 128 * 1024;

/** The bytes of a file, chunk by chunk, one read ahead of what is asked for. */
export async function openChunks(path: string): Promise<() => Promise<Buffer | undefined>> {
  const file = await open(path);
  const read = async (): Promise<Buffer | undefined> => {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(CHUNK), 0, CHUNK, null);
    if (bytesRead > 0) return buffer.subarray(0, bytesRead);
    await file.close();
    return undefined;
  };
  let ahead = read();
  return async () => {
    const chunk = await ahead;
    if (chunk !== undefined) ahead = read();
    return chunk;
  };
}
