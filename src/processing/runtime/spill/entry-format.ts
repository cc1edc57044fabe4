/** In front of an entry: the length of its key, and of its record, as words of four bytes. */
export const ENTRY_HEAD = 8;

/** Bytes that an entry takes: a whole number of words. */
export function entrySize(key: number, record: number): number {
  return (ENTRY_HEAD + key + record + 3) & ~3;
}
