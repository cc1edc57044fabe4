import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { MillraceError } from '../../core/errors.ts';
import { utf8Tail } from './utf8-text.ts';

export interface TextGuardSettings {
  readonly path: string;
  readonly encoding?: string | undefined;
  readonly invalid: 'fail' | 'replace';
  /** Offset of the first byte of UTF-8, where that is not the beginning of the file. */
  readonly from?: number | undefined;
}

const EMPTY: Uint8Array = new Uint8Array(0);
const GZIP_HINT = 'It looks like gzip: say compression: "gzip", or name it .gz.';

/**
 * Turns the bytes of a file into valid UTF-8 without a byte order mark, cut between characters.
 * UTF-8 passes through uncopied, but for characters that were cut.
 */
export class TextGuard {
  /** What is wrong with the bytes behind those that were passed on last; nothing may follow them. */
  fault: MillraceError | undefined;
  readonly #settings: TextGuardSettings;
  #held = EMPTY;
  #started: boolean;
  #taken: number;
  #skipped = 0;
  #transcoder: TextDecoder | undefined;
  #replaced = false;

  constructor(settings: TextGuardSettings) {
    this.#settings = settings;
    this.#started = settings.from !== undefined;
    this.#taken = settings.from ?? 0;
  }

  /** Bytes of the file before the first that were passed on: the length of a UTF-8 byte order mark. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Whether what was passed on is not byte for byte what is in the file. */
  get converted(): boolean {
    return this.#transcoder !== undefined || this.#replaced;
  }

  /** What can be passed on now; empty when that is nothing yet. */
  push(chunk: Uint8Array): Uint8Array {
    let bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = EMPTY;
    if (!this.#started) {
      if (bytes.length < 3) {
        this.#held = bytes;
        return EMPTY;
      }
      bytes = this.#start(bytes);
    }
    if (this.#transcoder !== undefined) return this.#transcode(this.#transcoder, bytes);
    const whole = bytes.length - utf8Tail(bytes);
    this.#held = bytes.subarray(whole);
    return this.#check(bytes.subarray(0, whole));
  }

  /** The end of the file: what was held back. */
  flush(): Uint8Array {
    let bytes = this.#held;
    this.#held = EMPTY;
    if (!this.#started) bytes = this.#start(bytes);
    const transcoder = this.#transcoder;
    if (transcoder === undefined) return this.#check(bytes, true);
    const last = this.#transcode(transcoder, bytes);
    if (this.fault !== undefined) return last;
    try {
      return Buffer.concat([last, Buffer.from(transcoder.decode(), 'utf8')]);
    } catch {
      this.fault = this.#cut(`it ends within a character of ${transcoder.encoding}`, this.#taken);
      return last;
    }
  }

  #start(bytes: Uint8Array): Uint8Array {
    this.#started = true;
    const { encoding, invalid } = this.#settings;
    const label = encoding === undefined ? markedEncoding(bytes) : new TextDecoder(encoding).encoding;
    if (label !== 'utf-8') {
      this.#transcoder = new TextDecoder(label, { fatal: invalid === 'fail' });
      return bytes;
    }
    if (!(bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)) return bytes;
    this.#skipped = 3;
    this.#taken = 3;
    return bytes.subarray(3);
  }

  /** What comes before a faulty byte still passes. */
  #check(bytes: Uint8Array, last = false): Uint8Array {
    if (isUtf8(bytes)) {
      this.#taken += bytes.length;
      return bytes;
    }
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (this.#settings.invalid === 'replace') {
      this.#replaced = true;
      this.#taken += bytes.length;
      return Buffer.from(buffer.toString('utf8'), 'utf8');
    }
    const at = invalidAt(buffer);
    const byte = this.#taken + at;
    if (last && at + utf8Tail(bytes) === bytes.length) {
      this.fault = this.#cut(`it ends within a character, which begins at byte ${byte}`, byte);
      return bytes.subarray(0, at);
    }
    const gzip = byte === 1 && buffer[0] === 0x1f && buffer[1] === 0x8b;
    this.fault = this.#error(
      `byte ${byte} (0x${buffer[at]!.toString(16).padStart(2, '0')}) is not UTF-8`,
      gzip
        ? GZIP_HINT
        : 'Say which encoding the file has, e.g. encoding: "windows-1252", or invalid: "replace".',
      { byte },
    );
    return bytes.subarray(0, at);
  }

  #transcode(transcoder: TextDecoder, bytes: Uint8Array): Uint8Array {
    const from = this.#taken;
    this.#taken += bytes.length;
    try {
      return Buffer.from(transcoder.decode(bytes, { stream: true }), 'utf8');
    } catch {
      this.fault = this.#error(
        `what lies between bytes ${from} and ${this.#taken} is not ${transcoder.encoding}`,
        'Say which encoding the file has, or invalid: "replace".',
        { byte: from },
      );
      return EMPTY;
    }
  }

  #cut(found: string, byte: number): MillraceError {
    const hint = 'It was cut short, or has another encoding: say which, e.g. encoding: "windows-1252".';
    return this.#error(found, hint, { byte });
  }

  #error(found: string, hint: string, details: { readonly byte: number }): MillraceError {
    const { path } = this.#settings;
    return new MillraceError('ERR_ENCODING', `Cannot decode ${path}: ${found}`, {
      hint,
      details: { file: path, ...details },
    });
  }
}

function markedEncoding(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

/** Where the first byte lies that is not UTF-8: what comes before decodes to text of known length. */
function invalidAt(bytes: Buffer): number {
  const text = bytes.toString('utf8');
  let byte = 0;
  let from = 0;
  for (let at = text.indexOf('\ufffd'); at !== -1; at = text.indexOf('\ufffd', from)) {
    byte += Buffer.byteLength(text.slice(from, at));
    const genuine = bytes[byte] === 0xef && bytes[byte + 1] === 0xbf && bytes[byte + 2] === 0xbd;
    if (!genuine) return byte;
    byte += 3;
    from = at + 1;
  }
  return bytes.length;
}
