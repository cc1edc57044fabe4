const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

/** What tells values of different types apart that read alike. */
const SEEDS: Readonly<Record<string, number>> = {
  string: 1,
  number: 2,
  bigint: 3,
  boolean: 4,
  undefined: 5,
  object: 6,
};

/** A whole number below 2^53 for a value, the same for equal ones and spread evenly (cyrb53). `id` is that of a key. */
export function hashValue(id: unknown): number {
  const seed = SEEDS[typeof id] ?? 0;
  let low = 0xdeadbeef ^ seed;
  let high = 0x41c6ce57 ^ seed;
  if (typeof id === 'number') {
    float[0] = id === 0 ? 0 : id;
    low = Math.imul(low ^ words[0]!, 2654435761);
    high = Math.imul(high ^ words[1]!, 1597334677);
    low = Math.imul(low ^ words[1]!, 2654435761);
    high = Math.imul(high ^ words[0]!, 1597334677);
  } else {
    const text = String(id);
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      low = Math.imul(low ^ unit, 2654435761);
      high = Math.imul(high ^ unit, 1597334677);
    }
  }
  const first = mix(low, high);
  const second = mix(high, low);
  return 2097152 * (second >>> 0) + (first >>> 11);
}

function mix(one: number, other: number): number {
  return Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909);
}
