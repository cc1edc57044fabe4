import type { Writable } from 'node:stream';

/** Writes pieces at the pace of the reader; returns early when nobody reads any more. Gives how many bytes were taken. */
export async function feed(input: Writable, pieces: Iterable<string | Uint8Array>): Promise<number> {
  let broken = false;
  let bytes = 0;
  input.on('error', () => {
    broken = true;
  });
  for (const piece of pieces) {
    if (broken) break;
    if (!input.write(piece)) await room(input);
    bytes += Buffer.byteLength(piece);
  }
  input.end();
  return bytes;
}

/** Also resolves when the stream is gone. */
function room(input: Writable): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  input.once('drain', resolve).once('close', resolve);
  return promise.finally(() => input.off('drain', resolve).off('close', resolve));
}
