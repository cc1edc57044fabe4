import {
  type Batch,
  type DecodeContext,
  type Decoder,
  type Encoder,
  MillraceError,
  type Origin,
} from 'millrace';

/** A record of LTSV (http://ltsv.org): values are text. */
export type Fields = Readonly<Record<string, string>>;

const LINE_FEED = 10;

/** A line that begins at this byte of the file. */
interface Line {
  readonly text: string;
  readonly number: number;
  readonly byte: number;
}

/** Makes records of lines such as `time:12:00<tab>celsius:20.5`. Blank lines are passed over. */
export function ltsvDecoder(context: DecodeContext, separator: string): Decoder<Fields> {
  const { source, file, from, offset = 0 } = context;
  /** What has come of a line that has not ended. */
  let rest: Uint8Array = new Uint8Array(0);
  let byte = from?.byte ?? offset;
  let number = from?.line ?? 1;
  let record = from?.record ?? 1;

  function take(bytes: Uint8Array): Batch<Fields> | undefined {
    const lines: Line[] = [];
    let begin = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, begin)) {
      lines.push({ text: textOf(bytes.subarray(begin, end)), number: number++, byte: byte + begin });
      begin = end + 1;
    }
    byte += begin;
    rest = bytes.slice(begin);
    return batchOf(lines);
  }

  function batchOf(lines: readonly Line[]): Batch<Fields> | undefined {
    const records: Fields[] = [];
    const origins: Origin[] = [];
    for (const line of lines) {
      if (line.text === '') continue;
      const place =
        context.converted === true ? { line: line.number } : { line: line.number, byte: line.byte };
      const origin = { source, ...(file !== undefined && { file }), record: record++, ...place };
      const fields = fieldsOf(line.text, separator);
      if (typeof fields !== 'string') {
        records.push(fields);
        origins.push(origin);
        continue;
      }
      const error = new MillraceError('ERR_PATTERN', `Cannot decode a line of LTSV: ${fields}`);
      const replacement = context.failed({ error, origin, raw: line.text });
      if (replacement === undefined) continue;
      records.push(replacement.record as Fields);
      origins.push(origin);
    }
    if (records.length === 0) return undefined;
    return { kind: 'batch', records, origin: { source, at: (index) => origins[index]! } };
  }

  return {
    decode: (chunk) => take(rest.length === 0 ? chunk : Buffer.concat([rest, chunk])),
    flush: () => (rest.length === 0 ? undefined : take(Buffer.concat([rest, Buffer.from([LINE_FEED])]))),
    position: () => ({ byte, line: number, record }),
  };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8').replace(/\r$/, '');
}

/** The fields of a line; what is wrong with it as text. */
function fieldsOf(line: string, separator: string): Fields | string {
  const fields: [string, string][] = [];
  for (const field of line.split(separator)) {
    const colon = field.indexOf(':');
    if (colon < 1) return `"${field}" has no label`;
    fields.push([field.slice(0, colon), field.slice(colon + 1)]);
  }
  return Object.fromEntries(fields);
}

/** Writes records as lines. It remembers nothing from one to the next. */
export function ltsvEncoder(separator: string): Encoder<Record<string, unknown>> {
  return {
    encode: (records) => records.map((record, index) => `${lineOf(record, index, separator)}\n`).join(''),
    finish: () => '',
  };
}

function lineOf(record: Record<string, unknown>, index: number, separator: string): string {
  const refuse = (found: string) =>
    new MillraceError('ERR_ENCODE', `Cannot encode record ${index + 1} of a batch as LTSV: ${found}`, {
      details: { index },
    });
  if (typeof record !== 'object' || record === null) throw refuse('it is no object');
  return Object.entries(record)
    .map(([label, value]) => {
      const text = value === null || value === undefined ? '' : String(value);
      if (label === '' || /[:\n]/.test(label) || label.includes(separator))
        throw refuse(`"${label}" can be no label`);
      if (text.includes('\n') || text.includes(separator)) throw refuse(`${label} has a separator in it`);
      return `${label}:${text}`;
    })
    .join(separator);
}
