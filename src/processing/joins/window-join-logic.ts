import { refusePromise } from '../../core/thenable.ts';
import type { SyncLogic } from '../../interfaces/operator.ts';
import { keyId } from '../operators/key-id.ts';
import type { Placed, WindowSpan } from '../operators/windows/window.ts';
import { type JoinKind, tooManyRows, unpaired } from './join-kinds.ts';
import type { Sided } from './sided.ts';
import { HELD_HINT, lateError } from './timed-join-options.ts';

export interface WindowJoinSpec {
  readonly on: readonly [(record: unknown) => unknown, (record: unknown) => unknown];
  readonly time: (record: unknown) => number;
  readonly place: (time: number) => Placed;
  readonly kind: JoinKind;
  readonly merge: (left: unknown, right: unknown, window: WindowSpan) => unknown;
  readonly maxRows: number;
}

/** The records of one key in one window. */
interface Group {
  readonly left: unknown[];
  readonly right: unknown[];
}

interface OpenWindow {
  readonly span: WindowSpan;
  readonly groups: Map<unknown, Group>;
  /** Records whose key is none. */
  readonly keyless: Group;
}

interface WindowJoinState {
  readonly time: number;
  readonly windows: readonly OpenWindow[];
}

/** Holds the records of both sides by window and key, until event time reaches the end of the window. */
export class WindowJoinLogic<B> implements SyncLogic<Sided, B> {
  readonly #spec: WindowJoinSpec;
  /** By their begin and end. */
  readonly #windows = new Map<string, OpenWindow>();
  #rows = 0;
  #time = Number.NEGATIVE_INFINITY;

  constructor(spec: WindowJoinSpec) {
    this.#spec = spec;
  }

  push({ left, record }: Sided): void {
    const { on, time: timeOf, place, maxRows } = this.#spec;
    const time = timeOf(record);
    const spans = place(time).spans.filter(({ end }) => end > this.#time);
    if (spans.length === 0) throw lateError(time, this.#time);
    const key = on[left ? 0 : 1](record);
    const id = key === null || key === undefined ? undefined : keyId(key);
    if (this.#rows + spans.length > maxRows) throw tooManyRows('windowJoin', maxRows, HELD_HINT);
    for (const span of spans) {
      const group = this.#group(this.#window(span), id);
      (left ? group.left : group.right).push(record);
    }
    this.#rows += spans.length;
  }

  #window(span: WindowSpan): OpenWindow {
    const name = `${span.start} ${span.end}`;
    let window = this.#windows.get(name);
    if (window === undefined) {
      window = { span, groups: new Map(), keyless: { left: [], right: [] } };
      this.#windows.set(name, window);
    }
    return window;
  }

  #group({ groups, keyless }: OpenWindow, id: unknown): Group {
    if (id === undefined) return keyless;
    let group = groups.get(id);
    if (group === undefined) {
      group = { left: [], right: [] };
      groups.set(id, group);
    }
    return group;
  }

  watermark(time: number): Iterable<B> {
    this.#time = time;
    return this.#fire(time);
  }

  end(): Iterable<B> {
    return this.#fire(Number.POSITIVE_INFINITY);
  }

  *#fire(time: number): Generator<B> {
    const over = [...this.#windows].filter(([, { span }]) => span.end <= time);
    over.sort(([, { span: one }], [, { span: other }]) => one.end - other.end || one.start - other.start);
    for (const [name, { span, groups, keyless }] of over) {
      this.#windows.delete(name);
      for (const group of groups.values()) yield* this.#join(group, span);
      yield* this.#alone(keyless, span);
      this.#rows -= [keyless, ...groups.values()].reduce(
        (sum, { left, right }) => sum + left.length + right.length,
        0,
      );
    }
  }

  *#join(group: Group, span: WindowSpan): Generator<B> {
    const { left, right } = group;
    const { kind } = this.#spec;
    if (left.length === 0 || right.length === 0) yield* this.#alone(group, span);
    else if (kind === 'semi') yield* left as B[];
    else if (kind !== 'anti') {
      for (const one of left) for (const other of right) yield this.#merged(one, other, span);
    }
  }

  /** Records without a partner come out where the kind of the join says so. */
  *#alone({ left, right }: Group, span: WindowSpan): Generator<B> {
    const { kind } = this.#spec;
    const keeps = unpaired(kind);
    if (kind === 'anti') yield* left as B[];
    if (keeps.left) for (const record of left) yield this.#merged(record, undefined, span);
    if (keeps.right) for (const record of right) yield this.#merged(undefined, record, span);
  }

  #merged(left: unknown, right: unknown, span: WindowSpan): B {
    const merged = this.#spec.merge(left, right, span);
    refusePromise(merged, 'Give windowJoin() a synchronous merge.');
    return merged as B;
  }

  snapshot(): WindowJoinState {
    return { time: this.#time, windows: [...this.#windows.values()] };
  }

  restore(state: unknown): void {
    const { time, windows } = state as WindowJoinState;
    this.#time = time;
    for (const { span, groups, keyless } of windows) {
      const window = this.#window(span);
      for (const [id, group] of [...groups, [undefined, keyless] as const]) {
        const own = this.#group(window, id);
        own.left.push(...group.left);
        own.right.push(...group.right);
        this.#rows += group.left.length + group.right.length;
      }
    }
  }

  close(): void {
    this.#windows.clear();
  }
}
