import { GroupTable, type TableState } from '../groups/group-table.ts';
import { keyId } from '../key-id.ts';
import { type TableAdd, tableAdd } from './table-add.ts';
import type { AlignedWindow, Pane, WindowSpan } from './window.ts';
import {
  checkRoom,
  lateRecord,
  nextMultiple,
  passesMultiple,
  resultOf,
  type WindowEngine,
  type WindowSetup,
} from './window-engine.ts';

interface OpenWindow extends WindowSpan {
  /** What has come together for each key. */
  readonly table: GroupTable;
  /** Of each group, how many results are out, and how many records have come since the last. */
  readonly updates: number[];
  readonly fresh: number[];
  /** Whether its result is out: what comes now is late, and changes it. */
  closed: boolean;
}

interface AlignedState {
  readonly time: number;
  readonly windows: readonly (WindowSpan & {
    readonly table: TableState;
    readonly updates: readonly number[];
    readonly fresh: readonly number[];
    readonly closed: boolean;
  })[];
}

/** Windows that are the same for all keys: one table of keys for each that is open. */
export class AlignedWindows<T> implements WindowEngine<T> {
  time = Number.NEGATIVE_INFINITY;
  next = Number.POSITIVE_INFINITY;
  readonly #setup: WindowSetup<T>;
  readonly #keyOf: WindowSetup<T>['key'];
  readonly #adding: TableAdd;
  readonly #place: AlignedWindow<T>['place'];
  /** By their begin. */
  readonly #windows = new Map<number, OpenWindow>();
  /** Keys in all windows. */
  #held = 0;
  /** The windows, none of them closed, that hold the times in `[from, until)`: those of the last record. */
  #current: readonly OpenWindow[] = [];
  /** Of the only one of them, where a record whose key is known there needs nothing but to be added. */
  #table: GroupTable | undefined;
  #from = Number.NaN;
  #until = Number.NaN;

  constructor(setup: WindowSetup<T>, { place }: AlignedWindow<T>) {
    this.#setup = setup;
    this.#keyOf = setup.key;
    this.#adding = tableAdd(setup.aggregates);
    this.#place = place;
  }

  add(record: T, time: number): void {
    const here = time >= this.#from && time < this.#until;
    const table = this.#table;
    if (here && table !== undefined) {
      const key = this.#keyOf(record);
      // Most text is its own identity.
      const id = typeof key === 'string' && key.charCodeAt(0) !== 0 ? key : keyId(key);
      const group = table.ids.get(id);
      if (group !== undefined) {
        this.#adding.add(table, group, record);
        return;
      }
    }
    this.#addAll(here ? this.#current : this.#find(time), record, time);
  }

  #addAll(windows: readonly OpenWindow[], record: T, time: number): void {
    if (windows.length === 0) {
      lateRecord(this.#setup, record, time, this.time);
      return;
    }
    const key = this.#keyOf(record);
    const id = keyId(key);
    if (windows.length > 1) this.#checkRoom(windows, id);
    for (const window of windows) {
      let group = window.table.ids.get(id);
      if (group === undefined) group = this.#enter(window, id, key, record);
      else {
        this.#adding.add(window.table, group, record);
        window.fresh[group]!++;
      }
      if (window.closed) this.#setup.emit(this.#result(window, group, 'late'));
      else if (window.fresh[group] === this.#setup.early?.count) {
        this.#setup.emit(this.#result(window, group, 'early'));
      }
    }
  }

  /** All or none: what fails for one of the windows has not been added to another. */
  #checkRoom(windows: readonly OpenWindow[], id: unknown): void {
    let missing = 0;
    for (const { table } of windows) if (!table.ids.has(id)) missing++;
    if (missing > 0) checkRoom(this.#setup, this.#held, missing);
  }

  #enter(window: OpenWindow, id: unknown, key: unknown, record: T): number {
    checkRoom(this.#setup, this.#held, 1);
    const group = window.table.keys.length;
    this.#adding.begin(window.table, id, key, record);
    if (group === 0) this.#list(window);
    window.updates.push(0);
    window.fresh.push(1);
    this.#held++;
    return group;
  }

  #result(window: OpenWindow, group: number, pane: Pane): unknown {
    const { table, updates, fresh } = window;
    fresh[group] = 0;
    return resultOf(this.#setup, window, table.keys[group], table.read(group), updates[group]!++, pane);
  }

  #list(window: OpenWindow): void {
    this.#windows.set(window.start, window);
    this.next = Math.min(this.next, this.#due(window), this.#nextEarly());
  }

  /** The windows that hold `time` and are not past. */
  #find(time: number): readonly OpenWindow[] {
    const { spans, from, until } = this.#place(time);
    const windows: OpenWindow[] = [];
    for (const { start, end } of spans) {
      if (end + this.#setup.lateness <= this.time) continue;
      const open = this.#windows.get(start);
      windows.push(open ?? this.#open(start, end, end <= this.time));
    }
    if (windows.length === spans.length && windows.every((window) => !window.closed)) {
      this.#current = windows;
      this.#table = windows.length === 1 && this.#setup.early === undefined ? windows[0]!.table : undefined;
      this.#from = from;
      this.#until = until;
      // Also where none of them comes to hold anything, it is not to be taken for open when it is past.
      for (const { end } of windows) this.next = Math.min(this.next, end);
    }
    return windows;
  }

  #open(start: number, end: number, closed: boolean): OpenWindow {
    const table = new GroupTable(this.#setup.aggregates, Number.POSITIVE_INFINITY);
    return { start, end, table, updates: [], fresh: [], closed };
  }

  advance(time: number): Iterable<unknown> | undefined {
    if (time <= this.time) return undefined;
    const before = this.time;
    this.time = time;
    if (time < this.next) return undefined;
    this.#from = Number.NaN;
    return this.#pass(before, time);
  }

  *#pass(before: number, time: number): Generator<unknown> {
    for (const window of this.#byEnd()) {
      if (window.end > time) break;
      if (!window.closed) yield* this.#close(window);
      if (window.end + this.#setup.lateness <= time) this.#forget(window);
    }
    if (passesMultiple(before, time, this.#setup.early?.every)) yield* this.#early();
    this.#schedule();
  }

  #byEnd(): OpenWindow[] {
    return [...this.#windows.values()].sort((a, b) => a.end - b.end);
  }

  *#close(window: OpenWindow): Generator<unknown> {
    window.closed = true;
    for (const group of window.table.keys.keys()) yield this.#result(window, group, 'on-time');
  }

  #forget(window: OpenWindow): void {
    this.#windows.delete(window.start);
    this.#held -= window.table.keys.length;
  }

  *#early(): Generator<unknown> {
    for (const window of this.#byEnd()) {
      if (window.closed) continue;
      for (const [group, fresh] of window.fresh.entries()) {
        if (fresh > 0) yield this.#result(window, group, 'early');
      }
    }
  }

  #due({ end, closed }: OpenWindow): number {
    return closed ? end + this.#setup.lateness : end;
  }

  #nextEarly(): number {
    return nextMultiple(this.time, this.#setup.early?.every);
  }

  #schedule(): void {
    this.next = Number.POSITIVE_INFINITY;
    for (const window of this.#windows.values()) this.next = Math.min(this.next, this.#due(window));
    if (this.#windows.size > 0) this.next = Math.min(this.next, this.#nextEarly());
  }

  *end(): Generator<unknown> {
    for (const window of this.#byEnd()) if (!window.closed) yield* this.#close(window);
    this.#windows.clear();
    this.#held = 0;
    this.#from = Number.NaN;
  }

  snapshot(): AlignedState {
    const windows = [...this.#windows.values()].map((window) => ({
      ...window,
      table: window.table.snapshot(),
      updates: [...window.updates],
      fresh: [...window.fresh],
    }));
    return { time: this.time, windows };
  }

  restore(state: unknown): void {
    const { time, windows } = state as AlignedState;
    this.time = time;
    for (const { start, end, closed, table, updates, fresh } of windows) {
      const window = this.#open(start, end, closed);
      window.table.restore(table);
      for (const count of updates) window.updates.push(count);
      for (const count of fresh) window.fresh.push(count);
      this.#windows.set(start, window);
      this.#held += window.table.keys.length;
    }
    this.#schedule();
  }
}
