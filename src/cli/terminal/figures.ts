/** Characters of a value that a table shows. */
const WIDTH = 24;

/** A whole number with thousands separators: `463,017`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** `1 record`, `2,000 records`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** A value on one line, cut to its column. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = String(value).replaceAll(/\p{C}+/gu, ' ');
  return text.length <= WIDTH ? text : `${text.slice(0, WIDTH - 1)}…`;
}
