import { unkeepable } from './snapshot-error.ts';
import { BYTES_KINDS, MOST_DEPTH, ordered, SNAPSHOT_FORMAT, Tag } from './snapshot-format.ts';
import { classOf, Frame, lengthNow, NO_BYTES, type Source, stepOf } from './snapshot-frame.ts';
import { SnapshotOutput } from './snapshot-output.ts';
import { hasKeys, WrittenShapes } from './snapshot-shapes.ts';

/** Bytes of a chunk, but for the last: about a millisecond of work. */
const CHUNK = 128 * 1024;

/** Code units of text that are written in one go, and need no frame. */
const MOST_AT_ONCE = 256;
/** Bytes behind a full chunk for the value that filled it. */
const SLACK = 1024;
const BEYOND_LATIN = /[^\0-\xff]/;

const KIND_OF = new Map(
  BYTES_KINDS.flatMap((kind, index) => (kind === undefined ? [] : [[kind.prototype, { ...kind, index }]])),
);

/**
 * Writes one value, chunk by chunk. It keeps its own stack, not that of the engine, so that it can stop behind any
 * value when the chunk is full.
 */
export class SnapshotWriter {
  readonly #out = new SnapshotOutput();
  readonly #shapes = new WrittenShapes();
  readonly #frames: Frame[] = [];
  readonly #root: string;
  #depth = 0;

  /** `root` is what the value is called in errors. */
  constructor(root: string) {
    this.#root = root;
  }

  *chunks(value: unknown): Generator<Uint8Array, void, undefined> {
    const out = this.#out;
    out.byte(SNAPSHOT_FORMAT);
    if (!this.#scalar(value)) this.#open(value);
    while (this.#depth > 0) {
      this.#advance(this.#frames[this.#depth - 1]!);
      if (out.at >= CHUNK) yield out.take(CHUNK + SLACK);
    }
    if (out.at > 0) yield out.take(0);
  }

  /** Writes on until the value is done, another has to be done first, or the chunk is full. */
  #advance(frame: Frame): void {
    const out = this.#out;
    if (frame.source === 'bytes' || frame.source === 'latin' || frame.source === 'wide') {
      frame.index += this.#piece(frame, Math.max(1024, CHUNK - out.at));
    } else {
      while (frame.index < frame.length) {
        if (out.at >= CHUNK) return;
        const value = this.#next(frame);
        frame.index++;
        if (this.#scalar(value)) continue;
        this.#open(value);
        return;
      }
    }
    if (frame.index < frame.length) return;
    if (lengthNow(frame) !== frame.length) throw this.#changed();
    this.#depth--;
    frame.value = frame.iterator = frame.key = frame.held = undefined;
    frame.bytes = NO_BYTES;
  }

  #next(frame: Frame): unknown {
    switch (frame.source) {
      case 'list':
        return (frame.value as unknown[])[frame.index];
      case 'object':
        return (frame.value as Record<string, unknown>)[frame.keys[frame.index]!];
      case 'pairs': {
        const key = frame.keys[frame.index >> 1]!;
        return (frame.index & 1) === 0 ? key : (frame.value as Record<string, unknown>)[key];
      }
      case 'map': {
        if ((frame.index & 1) === 1) return frame.held;
        const entry = this.#pull(frame) as [unknown, unknown];
        frame.held = entry[1];
        frame.key = entry[0];
        return frame.key;
      }
      default:
        return this.#pull(frame);
    }
  }

  #pull(frame: Frame): unknown {
    const next = frame.iterator!.next();
    if (next.done === true) throw this.#changed();
    return next.value;
  }

  #changed(): Error {
    return unkeepable(this.#path(this.#depth - 1), 'has changed while it was written');
  }

  /** Writes what needs no frame; `false` for the rest. */
  #scalar(value: unknown): boolean {
    const out = this.#out;
    switch (typeof value) {
      case 'string':
        if (value.length > MOST_AT_ONCE) return false;
        out.text(value);
        return true;
      case 'number':
        out.number(value);
        return true;
      case 'boolean':
        out.byte(value ? Tag.true : Tag.false);
        return true;
      case 'undefined':
        out.byte(Tag.undefined);
        return true;
      case 'bigint':
        out.bigint(value);
        return true;
      default:
        if (value !== null) return false;
        out.byte(Tag.null);
        return true;
    }
  }

  /** Begins a value that takes more than one go. */
  #open(value: unknown): void {
    if (typeof value === 'string') {
      this.#openText(value);
      return;
    }
    if (typeof value !== 'object' || value === null) throw this.#refused(`is a ${typeof value}`);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) this.#openObject(value);
    else if (prototype === Array.prototype) {
      const { length } = value as unknown[];
      this.#begin(Tag.array, length, this.#push('list', value, length));
    } else if (prototype === null) this.#openPairs(Tag.bare, value, Object.keys(value));
    else if (prototype === Map.prototype) {
      const map = value as Map<unknown, unknown>;
      this.#begin(Tag.map, map.size, this.#push('map', map, map.size * 2)).iterator = map.entries();
    } else if (prototype === Set.prototype) {
      const set = value as Set<unknown>;
      this.#begin(Tag.set, set.size, this.#push('set', set, set.size)).iterator = set.values();
    } else if (prototype === Date.prototype) {
      this.#out.byte(Tag.date);
      this.#out.float((value as Date).getTime());
    } else this.#openBytes(value, prototype as object);
  }

  #begin(tag: number, length: number, frame: Frame): Frame {
    this.#out.byte(tag);
    this.#out.length(length);
    return frame;
  }

  #openObject(value: object): void {
    const frame = this.#push('object', value, 0);
    const known = frame.shape !== undefined && hasKeys(value, frame.shape.keys);
    const keys = known ? frame.shape!.keys : Object.keys(value);
    const written = this.#shapes.count;
    const shape = known ? frame.shape : this.#shapes.of(keys);
    if (shape === undefined) {
      this.#depth--;
      this.#openPairs(Tag.dictionary, value, keys);
      return;
    }
    frame.shape = shape;
    frame.keys = shape.keys;
    frame.length = keys.length;
    if (shape.id < written) this.#begin(Tag.object, shape.id, frame);
    else {
      this.#begin(Tag.shaped, keys.length, frame);
      for (const key of keys) this.#out.text(key);
    }
  }

  #openPairs(tag: number, value: object, keys: readonly string[]): void {
    this.#begin(tag, keys.length, this.#push('pairs', value, keys.length * 2)).keys = keys;
  }

  #openText(value: string): void {
    const latin = !BEYOND_LATIN.test(value);
    const frame = this.#push(latin ? 'latin' : 'wide', value, value.length);
    this.#begin(latin ? Tag.latin : Tag.wide, value.length, frame);
  }

  #openBytes(value: object, prototype: object): void {
    const kind = KIND_OF.get(prototype);
    if (kind === undefined) throw this.#refused(`is ${classOf(value)}`);
    const bytes = ordered(bytesOf(value), kind.width);
    const frame = this.#push('bytes', value, bytes.length);
    frame.bytes = bytes;
    this.#out.byte(Tag.bytes);
    this.#begin(kind.index, bytes.length, frame);
  }

  #piece(frame: Frame, room: number): number {
    const { index, length } = frame;
    const end = Math.min(length, index + room);
    if (frame.bytes.length < end && frame.source === 'bytes') throw this.#changed();
    if (frame.source === 'bytes') this.#out.raw(frame.bytes.subarray(index, end));
    else if (frame.source === 'latin') this.#out.latin((frame.value as string).slice(index, end));
    else this.#out.wide((frame.value as string).slice(index, end));
    return end - index;
  }

  #push(source: Source, value: unknown, length: number): Frame {
    if (this.#depth === MOST_DEPTH) throw this.#tooDeep();
    let frame = this.#frames[this.#depth];
    if (frame === undefined) {
      frame = new Frame();
      this.#frames.push(frame);
    }
    this.#depth++;
    frame.source = source;
    frame.value = value;
    frame.length = length;
    frame.index = 0;
    return frame;
  }

  /** A circle is found when it is too deep only, so that nothing has to be remembered. */
  #tooDeep(): Error {
    const depths = new Map<unknown, number>();
    for (const [depth, { value }] of this.#frames.entries()) {
      const above = depths.get(value);
      if (above !== undefined)
        return unkeepable(this.#path(depth), `is ${this.#path(above)} itself, in a circle`);
      depths.set(value, depth);
    }
    return unkeepable(this.#root, `has values more than ${MOST_DEPTH} deep`);
  }

  #refused(found: string): Error {
    return unkeepable(this.#path(this.#depth), found);
  }

  /** Where the value is that the frames above `depth` are at: `state.rows[3].fn`. */
  #path(depth: number): string {
    return this.#root + this.#frames.slice(0, depth).map(stepOf).join('');
  }
}

function bytesOf(value: object): Uint8Array {
  if (!ArrayBuffer.isView(value)) return new Uint8Array(value as ArrayBuffer);
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}
