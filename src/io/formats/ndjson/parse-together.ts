const OPEN = 0x7b;
const CARRIAGE_RETURN = 0x0d;

/**
 * The values of lines that are objects without objects in them, by one call of `JSON.parse`; `undefined`
 * where the lines are not known to be such, or one of them is bad.
 *
 * Lines that are not JSON each may be JSON together: `{"a":[1` and `2]}`. Here each line begins with `{`
 * and has its only `}` at its end. So each value that is found begins and ends with a line, and as many
 * values as lines means that each line is a value.
 */
export function parseTogether(text: string): unknown[] | undefined {
  let lines = 0;
  for (let from = 0; from < text.length; lines++) {
    const feed = text.indexOf('\n', from);
    const to = feed === -1 ? text.length : feed;
    if (text.charCodeAt(from) !== OPEN) return undefined;
    const close = text.indexOf('}', from);
    if (close !== to - 1 && (close !== to - 2 || text.charCodeAt(to - 1) !== CARRIAGE_RETURN))
      return undefined;
    from = to + 1;
  }
  try {
    const listed = text.slice(0, text.endsWith('\n') ? -1 : undefined).replaceAll('\n', ',');
    const values: unknown[] = JSON.parse(`[${listed}]`);
    return values.length === lines ? values : undefined;
  } catch {
    return undefined;
  }
}
