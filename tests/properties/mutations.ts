import { seededRandom } from '../../src/core/random.ts';

/** Bytes that mean something to some format, and bytes that are no text. */
const TELLING = Buffer.from(',;\t"\'\\\n\r{}[]:#=0-9.eE \u0000\ufeffü\u{1f381}\u001e');
const HOSTILE = [0x00, 0x80, 0xc0, 0xed, 0xf5, 0xff, 0x1f];

/** `count` files made of `fixture` by damage in a few places, the same for the same seed. */
export function* mutations(fixture: Uint8Array, seed: number, count: number): Generator<Buffer> {
  const random = seededRandom(seed);
  const below = (most: number) => Math.floor(random() * most);
  for (let made = 0; made < count; made++) {
    let bytes: Buffer = Buffer.from(fixture);
    for (let left = 1 + below(4); left > 0; left--) bytes = mutated(bytes, below);
    yield bytes;
  }
}

function mutated(bytes: Buffer, below: (most: number) => number): Buffer {
  const at = below(bytes.length + 1);
  const length = below(Math.min(12, bytes.length - at + 1));
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at + length);
  switch (below(7)) {
    case 0:
      return Buffer.concat([before, after]);
    case 1:
      return Buffer.concat([before, bytes.subarray(at, at + length), bytes.subarray(at)]);
    case 2:
      return Buffer.concat([before, Buffer.of(TELLING[below(TELLING.length)]!), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([before, Buffer.of(HOSTILE[below(HOSTILE.length)]!), bytes.subarray(at)]);
    case 4:
      return before;
    case 5:
      return Buffer.concat([before, Buffer.alloc(length * 40, TELLING[below(TELLING.length)]), after]);
    default: {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at]! ^= 1 << below(8);
      return copy;
    }
  }
}
