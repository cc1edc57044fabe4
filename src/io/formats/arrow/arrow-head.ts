/** Kinds of messages, as the format numbers them. */
const SCHEMA = 1;
const DICTIONARY = 2;
const BATCH = 3;

/** Bytes that an entry of a list takes at the least: an offset; of a list of buffers or of lengths of columns, a pair. */
const OFFSET_BYTES = 4;
const PAIR_BYTES = 16;

/**
 * Looks at the counts in the head of a message, a table of FlatBuffers, which the library believes: a list cannot have
 * more entries than its bytes hold, nor may tables hold each other.
 *
 * @throws Error when they do not hold.
 */
export function checkHead(head: Uint8Array): void {
  const tables = new Tables(head);
  const message = tables.root();
  const kind = tables.byte(message, 6);
  const header = tables.table(message, 8);
  if (header === undefined) return;
  if (kind === SCHEMA) tables.checkFields(header, 6);
  if (kind === BATCH) checkBatch(tables, header);
  const data = kind === DICTIONARY ? tables.table(header, 6) : undefined;
  if (data !== undefined) checkBatch(tables, data);
}

function checkBatch(tables: Tables, batch: number): void {
  for (const lengthsOrBuffers of [6, 8]) tables.list(batch, lengthsOrBuffers, PAIR_BYTES);
  tables.list(batch, 12, 2 * OFFSET_BYTES);
}

/** Tables of FlatBuffers, by where they begin; their fields by the slots of the format. */
class Tables {
  readonly #view: DataView;
  #fields = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  root(): number {
    return this.#view.getUint32(0, true);
  }

  byte(table: number, slot: number): number {
    const at = this.#field(table, slot);
    return at === undefined ? 0 : this.#view.getUint8(at);
  }

  table(table: number, slot: number): number | undefined {
    const at = this.#field(table, slot);
    return at === undefined ? undefined : at + this.#view.getUint32(at, true);
  }

  /** Where the entries of a list begin, and how many there are. */
  list(table: number, slot: number, entryBytes: number): { readonly at: number; readonly length: number } {
    const begin = this.table(table, slot);
    if (begin === undefined) return { at: 0, length: 0 };
    const length = this.#view.getUint32(begin, true);
    if (begin + 4 + length * entryBytes > this.#view.byteLength) {
      throw new Error('a list has more entries than its bytes hold');
    }
    return { at: begin + 4, length };
  }

  /** Fields of a schema, and those in them. */
  checkFields(table: number, slot: number): void {
    const { at, length } = this.list(table, slot, OFFSET_BYTES);
    for (let index = 0; index < length; index++) {
      this.#fields++;
      if (this.#fields * OFFSET_BYTES > this.#view.byteLength) throw new Error('fields hold each other');
      const entry = at + index * OFFSET_BYTES;
      const field = entry + this.#view.getUint32(entry, true);
      this.list(field, 16, OFFSET_BYTES);
      this.checkFields(field, 14);
    }
  }

  #field(table: number, slot: number): number | undefined {
    const slots = table - this.#view.getInt32(table, true);
    if (slot >= this.#view.getUint16(slots, true)) return undefined;
    const offset = this.#view.getUint16(slots + slot, true);
    return offset === 0 ? undefined : table + offset;
  }
}
