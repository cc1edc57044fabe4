/** What could move the cursor, colour what follows, or turn the direction of text. */
const CONTROLS = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Text from elsewhere as a piece of one line: a terminal takes it for nothing but text. */
export function printable(text: string): string {
  return text.replaceAll(CONTROLS, (control) => `\\u{${control.codePointAt(0)!.toString(16)}}`);
}
