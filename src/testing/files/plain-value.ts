/**
 * A value as a file can say it, and as it is compared: times as ISO 8601, big integers as numbers where these are exact, else as
 * text, bytes as Base64, maps and sets as maps and lists, without fields that are `undefined`.
 */
export function plainValue(value: unknown): unknown {
  return plain(value, []);
}

function plain(value: unknown, above: readonly object[]): unknown {
  if (typeof value === 'bigint') {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
      ? Number(value)
      : String(value);
  }
  if (value === undefined) return null;
  if (typeof value === 'number') return value + 0 || (Number.isNaN(value) ? value : 0);
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'function' || typeof value === 'symbol' ? String(value) : value;
  }
  if (above.includes(value)) return '[circular]';
  const below = [...above, value];
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  if (ArrayBuffer.isView(value)) return plain([...(value as unknown as Iterable<unknown>)], above);
  if (Array.isArray(value) || value instanceof Set) return [...value].map((one) => plain(one, below));
  if (value instanceof Error) return { name: value.name, message: value.message };
  if (value instanceof Map) return fields(value, below);
  const own = 'toJSON' in value && typeof value.toJSON === 'function' ? (value.toJSON() as unknown) : value;
  return own === value ? fields(Object.entries(value), below) : plain(own, below);
}

function fields(
  entries: Iterable<readonly [unknown, unknown]>,
  above: readonly object[],
): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    if (value === undefined) continue;
    Object.defineProperty(made, String(key), {
      value: plain(value, above),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return made;
}
