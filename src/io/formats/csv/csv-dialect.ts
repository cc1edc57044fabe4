import Papa from 'papaparse';

/** How a file is written. */
export interface Dialect {
  readonly delimiter: string;
  /** One character; empty when nothing is quoted. */
  readonly quote: string;
  /** What makes a quote a part of the field, where that is not another quote before it. */
  readonly escape?: string | undefined;
  /** What lines that are no rows begin with. */
  readonly comment?: string | undefined;
  /** What ends a row. With a line feed, a carriage return before it belongs to it. */
  readonly newline: '\n' | '\r';
}

export interface DialectSettings {
  readonly dialect?: 'auto' | undefined;
  readonly delimiter?: string | undefined;
  readonly quote: string;
  readonly escape?: string | undefined;
  readonly comment?: string | undefined;
}

/** What is looked at for `dialect: 'auto'`: as much in every chunking of the file. */
const SAMPLE_ROWS = 10;
const SAMPLE_CHARACTERS = 65_536;

/**
 * The dialect, from the beginning of the file; `undefined` while more text is needed. The first line
 * end outside quotes settles whether rows end with a bare carriage return.
 */
export function settleDialect(text: string, settings: DialectSettings, last: boolean): Dialect | undefined {
  const assumed = assumedDialect(settings);
  if (settings.dialect === undefined) {
    const newline = settleNewline(text, assumed, assumed.delimiter, last);
    return newline === undefined ? undefined : { ...assumed, newline };
  }
  const newline = settleNewline(text, assumed, undefined, last || text.length >= SAMPLE_CHARACTERS);
  if (newline === undefined) return undefined;
  const sample = sampleOf(text, newline, last);
  if (sample === undefined) return undefined;
  const guessed = Papa.parse(sample, {
    newline,
    quoteChar: assumed.quote,
    ...(assumed.escape === undefined ? {} : { escapeChar: assumed.escape }),
    comments: assumed.comment ?? false,
    // Lines with nothing in them, the one after the last line end too, would speak against every delimiter.
    skipEmptyLines: 'greedy',
    preview: SAMPLE_ROWS,
  });
  return { ...assumed, delimiter: guessed.meta.delimiter, newline };
}

/** The dialect as far as the options give it, with a comma and line feeds for the rest. */
export function assumedDialect(settings: DialectSettings): Dialect {
  const { delimiter = ',', quote, escape: escaping, comment } = settings;
  // An escape that is the quote doubles it, which is what happens without one.
  return { delimiter, quote, escape: escaping === quote ? undefined : escaping, comment, newline: '\n' };
}

/** Whether the fast way reads this dialect: one byte each for delimiter and quote, doubled quotes, no comments. */
export function isStandardDialect({ delimiter, quote, escape: escaping, comment }: Dialect): boolean {
  const marks = /^[\0-\x7f]$/.test(delimiter) && /^[\0-\x7f]?$/.test(quote);
  return marks && escaping === undefined && comment === undefined;
}

function settleNewline(
  text: string,
  assumed: Dialect,
  delimiter: string | undefined,
  last: boolean,
): '\n' | '\r' | undefined {
  const at = lineEnd(text, { ...assumed, delimiter });
  if (at === -1) return last ? '\n' : undefined;
  if (text[at] === '\n') return '\n';
  if (at + 1 === text.length) return last ? '\n' : undefined;
  return text[at + 1] === '\n' ? '\n' : '\r';
}

interface Quoting extends Pick<Dialect, 'quote' | 'escape'> {
  readonly delimiter: string | undefined;
}

/** The first CR or LF outside quotes. Without a delimiter, every quote opens or closes. */
function lineEnd(text: string, { quote, escape: escaping, delimiter }: Quoting): number {
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quote !== '' && character === quote) {
      if (quoted && escaping === undefined && text[at + 1] === quote) at++;
      else if (!quoted || escaping === undefined || text[at - 1] !== escaping) {
        quoted = !quoted && (delimiter === undefined || at === 0 || text.endsWith(delimiter, at));
      }
    } else if (!quoted && (character === '\n' || character === '\r')) return at;
  }
  return -1;
}

function sampleOf(text: string, newline: string, last: boolean): string | undefined {
  let end = -1;
  for (let row = 0; row < SAMPLE_ROWS; row++) {
    end = text.indexOf(newline, end + 1);
    if (end === -1 || end >= SAMPLE_CHARACTERS) {
      return last || text.length >= SAMPLE_CHARACTERS ? text.slice(0, SAMPLE_CHARACTERS) : undefined;
    }
  }
  return text.slice(0, end);
}
