/** Names that Windows keeps for devices, whatever follows their first dot. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?=\.|$)/i;

/**
 * What a file name must not have on one system or another, or what would end it: control characters,
 * `" * / : < > ? \ |`; braces, which make placeholders; `%`, which makes escapes; half a surrogate pair,
 * which no file name can hold; a dot or a space at an end, which Windows cuts off, and which make `.`
 * and `..`.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not stay
const UNSAFE = /[\u0000-\u001f\u007f-\u009f"*/:<>?\\|{}%\ud800-\udfff]|^[. ]|[. ]$/gu;

/**
 * A text as part of a file name. What is unsafe becomes `%XX`, byte by byte, so that no two texts have
 * the same; `decodeURIComponent` gives the text back. `guarded` has characters that are escaped as well,
 * in either case.
 */
export function pathValue(text: string, guarded: string): string {
  const device = DEVICE.test(text);
  const safe = text.replace(UNSAFE, escaped);
  const apart =
    guarded === '' ? safe : [...safe].map((one) => (guards(guarded, one) ? escaped(one) : one)).join('');
  return device && apart[0] === text[0] ? escaped(text[0]!) + apart.slice(1) : apart;
}

/** Whether two names may be one file: where case does not count, or accents are put together otherwise. */
export function foldedPath(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

function guards(guarded: string, one: string): boolean {
  return guarded.includes(one.toLowerCase()) || guarded.includes(one.toUpperCase());
}

function escaped(one: string): string {
  return bytesOf(one)
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}

/** UTF-8, also of half a surrogate pair. */
function bytesOf(one: string): readonly number[] {
  const code = one.codePointAt(0)!;
  if (code < 0xd800 || code > 0xdfff) return [...Buffer.from(one, 'utf8')];
  return [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)];
}
