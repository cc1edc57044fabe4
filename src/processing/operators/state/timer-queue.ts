/** What waits in a queue of timers. */
export interface Queued {
  readonly at: number;
  /** Of equal times, the lower one comes first. */
  readonly order: number;
  /** Its place in the queue; the queue's own. */
  place: number;
}

/** Timers in the order of their times: a binary heap that knows the places of its elements. */
export class TimerQueue<T extends Queued> {
  readonly #heap: T[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** The one that is due first. */
  get first(): T | undefined {
    return this.#heap[0];
  }

  add(timer: T): void {
    timer.place = this.#heap.length;
    this.#heap.push(timer);
    this.#rise(timer);
  }

  /** Takes out a timer that is in the queue. */
  remove(timer: T): void {
    const last = this.#heap.pop()!;
    if (last === timer) return;
    this.#put(last, timer.place);
    this.#rise(last);
    this.#sink(last);
  }

  /** All of them, in order. */
  sorted(): T[] {
    return this.#heap.toSorted((a, b) => a.at - b.at || a.order - b.order);
  }

  #put(timer: T, place: number): void {
    timer.place = place;
    this.#heap[place] = timer;
  }

  #rise(timer: T): void {
    while (timer.place > 0) {
      const parent = this.#heap[(timer.place - 1) >> 1]!;
      if (!earlier(timer, parent)) return;
      this.#swap(parent, timer);
    }
  }

  #sink(timer: T): void {
    for (;;) {
      const left = this.#heap[2 * timer.place + 1];
      if (left === undefined) return;
      const right = this.#heap[2 * timer.place + 2];
      const child = right !== undefined && earlier(right, left) ? right : left;
      if (!earlier(child, timer)) return;
      this.#swap(timer, child);
    }
  }

  /** Lets `upper` and `lower`, its child, change places. */
  #swap(upper: T, lower: T): void {
    const place = lower.place;
    this.#put(lower, upper.place);
    this.#put(upper, place);
  }
}

function earlier(a: Queued, b: Queued): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
