/** The header of an object, and one field of it, in a 64-bit heap. */
const HEADER = 24;
const WORD = 8;
const DEPTH = 16;

/**
 * About how many bytes of heap plain data takes, by the layout that V8 gives it: for state that has to be
 * held as values and not as bytes. Text counts two bytes a character where it begins with wide ones.
 */
export function heapSize(value: unknown, depth = 0): number {
  switch (typeof value) {
    case 'string':
      return textSize(value);
    case 'number':
      return (value | 0) === value ? 0 : 2 * WORD;
    case 'bigint':
      return 2 * WORD + value.toString(16).length / 2;
    case 'object':
      return value === null || depth === DEPTH ? 0 : objectSize(value, depth);
    default:
      return 0;
  }
}

function textSize(text: string): number {
  const wide = text.length > 0 && (text.charCodeAt(0) > 255 || text.charCodeAt(text.length >> 1) > 255);
  return 2 * WORD + rounded(wide ? text.length * 2 : text.length);
}

function rounded(bytes: number): number {
  return Math.ceil(bytes / WORD) * WORD;
}

function objectSize(value: object, depth: number): number {
  if (value instanceof Date) return 12 * WORD;
  if (ArrayBuffer.isView(value)) return 16 * WORD + value.byteLength;
  if (value instanceof Map || value instanceof Set) return collectionSize(value, depth);
  if (Array.isArray(value)) return listSize(value, depth);
  let size = HEADER;
  for (const key in value) size += WORD + heapSize((value as Record<string, unknown>)[key], depth + 1);
  return size;
}

function listSize(list: readonly unknown[], depth: number): number {
  let size = HEADER + 3 * WORD + list.length * WORD;
  for (const item of list) size += heapSize(item, depth + 1);
  return size;
}

/** A hash table with an entry of three words, and about as much room again for growing. */
function collectionSize(collection: Map<unknown, unknown> | Set<unknown>, depth: number): number {
  let size = HEADER + 8 * WORD + collection.size * 6 * WORD;
  if (collection instanceof Set) for (const item of collection) size += heapSize(item, depth + 1);
  else for (const [key, item] of collection) size += heapSize(key, depth + 1) + heapSize(item, depth + 1);
  return size;
}
