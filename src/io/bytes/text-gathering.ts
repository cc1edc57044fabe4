/** No code unit takes more bytes than these. */
const MOST_BYTES = 3;

/** What is put together before it is added: a longer text leaves the young heap of V8, and takes several times as long. */
export const GATHERED_UNITS = 30 * 2 ** 10;

/** Room for the bytes of most batches; one that was larger is let go of. */
const ROOM_BYTES = 2 ** 20;

let room: Buffer = Buffer.alloc(0);

/**
 * Texts as one piece of bytes. They are converted in a room that all share: one gathering at a time, from the
 * first `add` to `take`, without a wait between.
 */
export class TextGathering {
  #bytes = 0;

  add(text: string): void {
    const needed = this.#bytes + text.length * MOST_BYTES;
    if (needed > room.length) room = enlarged(needed, this.#bytes);
    this.#bytes += room.write(text, this.#bytes, 'utf8');
  }

  /** All bytes since the last time; they are the caller’s. */
  take(): Buffer {
    const taken = Buffer.from(room.subarray(0, this.#bytes));
    this.#bytes = 0;
    if (room.length > ROOM_BYTES) room = Buffer.alloc(0);
    return taken;
  }
}

function enlarged(needed: number, used: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.max(ROOM_BYTES, 2 * needed));
  room.copy(larger, 0, 0, used);
  return larger;
}
