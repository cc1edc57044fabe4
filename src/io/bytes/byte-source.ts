/** Bytes that are pulled piece by piece. */
export interface ByteSource {
  /** The next piece, never empty; `undefined` at the end and after `close`. Calls never overlap. */
  read(): Promise<Uint8Array | undefined>;
  /** Lets go of what is behind it; a `read` under way ends with `undefined`. May be called twice. */
  close(): Promise<void>;
}
