/**
 * Where bytes are put. What was appended is kept until it is written, so that a failed write loses
 * nothing and can be tried again. Exactly one of `publish` and `abandon` ends it.
 */
export interface ByteOutput {
  /**
   * Looked at before each `append`: `undefined` when there is room, else what resolves when there
   * is. Rejects once when a write failed; each further call tries that write again.
   */
  settle(): Promise<void> | undefined;
  /** Takes bytes; never fails. */
  append(bytes: Uint8Array): void;
  /** Writes all and completes the output; when it rejects, the output is abandoned. */
  publish(): Promise<void>;
  /** Takes everything back that can be taken back. */
  abandon(): Promise<void>;
}
