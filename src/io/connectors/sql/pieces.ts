/** Bytes that one row of a table takes of something large. */
const PIECE_BYTES = 2 ** 20;

/** The same bytes in pieces that are neither small nor too large for a row; whoever gave them may write over them. */
export function* piecesOf(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  let gathered: Uint8Array[] = [];
  let bytes = 0;
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      const piece = chunk.subarray(at, at + PIECE_BYTES);
      if (bytes + piece.length > PIECE_BYTES) {
        yield Buffer.concat(gathered, bytes);
        gathered = [];
        bytes = 0;
      }
      gathered.push(piece.slice());
      bytes += piece.length;
    }
  }
  if (bytes > 0) yield Buffer.concat(gathered, bytes);
}
