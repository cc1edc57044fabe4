/** What a value is made of, and what stands around that. */
export interface Members {
  readonly open: string;
  readonly close: string;
  /** Each with its key, where it has one. */
  entries(): Iterable<readonly [key: string | undefined, member: unknown]>;
}

/** The members of what has some, up to a limit, and how many more there are; `undefined` for what is one piece. */
export function membersOf(value: unknown, limit: number): Members | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return list('[', value, value.length, limit, ']');
  if (value instanceof Map) return list('{"$map":[', value, value.size, limit, ']}');
  if (value instanceof Set) return list('{"$set":[', value, value.size, limit, ']}');
  if (ArrayBuffer.isView(value) && !(value instanceof DataView) && !(value instanceof Uint8Array)) {
    const numbers = value as unknown as Iterable<unknown> & { readonly length: number };
    return list(`{"$${value.constructor.name}":[`, numbers, numbers.length, limit, ']}');
  }
  if (value instanceof Date || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return undefined;
  return fields(value as Readonly<Record<string, unknown>>, limit);
}

function list(
  open: string,
  members: Iterable<unknown>,
  length: number,
  limit: number,
  close: string,
): Members {
  return {
    open,
    close,
    *entries() {
      let count = 0;
      for (const member of members) {
        if (count === limit) break;
        count++;
        yield [undefined, member];
      }
      if (count < length) yield [undefined, { $more: length - count }];
    },
  };
}

function fields(value: Readonly<Record<string, unknown>>, limit: number): Members {
  return {
    open: '{',
    close: '}',
    *entries() {
      const keys = Object.keys(value);
      for (const key of keys.slice(0, limit)) yield [key, value[key]];
      if (keys.length > limit) yield ['$more', keys.length - limit];
    },
  };
}
