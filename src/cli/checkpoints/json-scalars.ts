/** Text that comes piece by piece. */
export type Pieces = Generator<string, void, undefined>;

/** Code units, and bytes in threes, that are made JSON in one go. */
const PIECE = 48 * 2 ** 10;
const KIBI = 2 ** 10;

/** What JSON leaves as it is, and a terminal does not. */
const CONTROLS = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** The JSON of what has no members. */
export function* scalarJson(value: unknown, limit: number): Pieces {
  if (typeof value === 'string') yield* textJson(value, limit * KIBI);
  else if (ArrayBuffer.isView(value)) {
    yield* bytesJson(Buffer.from(value.buffer, value.byteOffset, value.byteLength), limit * KIBI);
  } else if (value instanceof ArrayBuffer) yield* bytesJson(Buffer.from(value), limit * KIBI);
  else yield shortJson(value);
}

/** Text may be too long for its JSON to be one string. */
export function* textJson(text: string, limit: number): Pieces {
  yield '"';
  const end = Math.min(text.length, limit);
  for (let at = 0; at < end; ) {
    let next = Math.min(end, at + PIECE);
    // The two halves of a character stay together.
    if (next < text.length && /[\ud800-\udbff]/.test(text[next - 1]!)) next++;
    yield JSON.stringify(text.slice(at, next)).slice(1, -1).replaceAll(CONTROLS, escaped);
    at = next;
  }
  if (end < text.length) yield `… ($more: ${text.length - end})`;
  yield '"';
}

function* bytesJson(bytes: Buffer, limit: number): Pieces {
  const end = Math.min(bytes.length, limit);
  yield '{"$bytes":"';
  for (let at = 0; at < end; at += PIECE) yield bytes.toString('base64', at, Math.min(end, at + PIECE));
  yield end < bytes.length ? `","$more":${bytes.length - end}}` : '"}';
}

function shortJson(value: unknown): string {
  switch (typeof value) {
    case 'bigint':
      return `{"$bigint":"${value}"}`;
    case 'undefined':
      return '{"$undefined":true}';
    case 'number':
      if (!Number.isFinite(value)) return `{"$number":"${value}"}`;
      return Object.is(value, -0) ? '-0' : JSON.stringify(value);
    default:
      if (!(value instanceof Date)) return JSON.stringify(value);
      return `{"$date":${Number.isNaN(value.getTime()) ? 'null' : JSON.stringify(value)}}`;
  }
}

function escaped(control: string): string {
  return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
