/** A queue of bounded length, first in, first out. It grows to what it holds, never beyond `capacity`. */
export class RecordQueue<T> {
  readonly capacity: number;
  #slots: (T | undefined)[] = [];
  #head = 0;
  #length = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get length(): number {
    return this.#length;
  }

  get full(): boolean {
    return this.#length >= this.capacity;
  }

  /** Adds a record; the queue must not be full. */
  push(record: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) % this.#slots.length] = record;
    this.#length++;
  }

  dropOldest(): void {
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#slots.length;
    this.#length--;
  }

  /** Takes out the `most` oldest records, or all there are. */
  take(most: number): T[] {
    const count = Math.min(most, this.#length);
    const records: T[] = [];
    for (let i = 0; i < count; i++) {
      records.push(this.#slots[this.#head] as T);
      this.dropOldest();
    }
    return records;
  }

  #grow(): void {
    const slots = new Array<T | undefined>(Math.min(this.capacity, Math.max(16, this.#slots.length * 2)));
    for (let i = 0; i < this.#length; i++) slots[i] = this.#slots[(this.#head + i) % this.#slots.length];
    this.#slots = slots;
    this.#head = 0;
  }
}
