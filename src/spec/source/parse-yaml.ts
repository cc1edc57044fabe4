import { parseDocument, type YAMLError } from 'yaml';
import { convertNode } from './convert-node.ts';
import type { Located } from './located.ts';
import type { Problems } from './problem.ts';
import { placeOf, type SourceText } from './source-text.ts';

/** Far more than people write; a file beyond it is not one. */
const MOST_CHARACTERS = 4 * 2 ** 20;

/** More values than any pipeline has: what comes to more is aliases of aliases. */
export const MOST_VALUES = 100_000;

/** What to do about what the parser found, by its code. */
const HINTS: Readonly<Record<string, string>> = {
  BAD_ALIAS:
    'An alias, *name, stands for what has the anchor &name further up; put other text that begins with * in quotes.',
  BLOCK_AS_IMPLICIT_KEY: 'Put text that has a colon and a space in quotes.',
  BAD_INDENT: 'Close the bracket that was opened, or indent what is in it.',
  BAD_SCALAR_START: 'Put text that begins with such a character in quotes.',
  TAB_AS_INDENT: 'Indent with spaces.',
  MULTIPLE_DOCS: 'Take away the line --- in the middle: a file is one pipeline.',
  UNEXPECTED_TOKEN: 'Put text that has {, }, [ or ] in it in quotes.',
  MISSING_CHAR: 'Close the quote or bracket that was opened.',
  TAG_RESOLVE_FAILED: 'Tags, !name, mean nothing here: put text that begins with ! in quotes.',
};

/**
 * What is written in a file of YAML, or of JSON, which is YAML too; `undefined` where it cannot be read, or holds
 * nothing. What is wrong goes to `problems`.
 */
export function parseYaml(source: SourceText, problems: Problems): Located | undefined {
  const { text } = source;
  const whole = { source, start: 0, end: 0 };
  if (text.length > MOST_CHARACTERS) {
    return problems.add(whole, `the file has ${text.length} characters, more than ${MOST_CHARACTERS}`);
  }
  const before = problems.count;
  const lines = new Set<number>();
  const report = ({ code, message, pos }: YAMLError) => {
    const [start, end] = pos;
    // What follows on a line is most often said for the same reason.
    const { line } = placeOf({ source, start, end });
    if (lines.has(line)) return;
    lines.add(line);
    problems.add(
      { source, start: Math.min(start, text.length), end },
      inWords(code, message, text[start] ?? ''),
      HINTS[code],
    );
  };
  try {
    const document = parseDocument(text, { prettyErrors: false });
    for (const error of document.errors) {
      report(error);
      // From here on the parser is out of step.
      if (DERAILING.has(error.code)) break;
    }
    for (const warning of document.warnings) report(warning);
    if (problems.count > before) return undefined;
    if (document.contents === null)
      return problems.add(whole, 'the file is empty', 'Begin with "version: 1".');
    const root = convertNode(document.contents, source, problems);
    if (root !== undefined && root.size > MOST_VALUES) {
      return problems.add(
        root.span,
        `its aliases make ${root.size > 1e15 ? 'more than 10^15' : root.size} values of it, more than ${MOST_VALUES}`,
        'Let aliases not multiply one another.',
      );
    }
    return problems.count > before ? undefined : root;
  } catch (error) {
    // The parser goes down one call for each level.
    if (error instanceof RangeError) return problems.add(whole, 'it is nested too deeply');
    throw error;
  }
}

/** What makes the parser misread all that follows. */
const DERAILING: ReadonlySet<string> = new Set(['UNEXPECTED_TOKEN', 'MISSING_CHAR', 'BAD_INDENT']);

function inWords(code: string, message: string, found: string): string {
  const missing = /end with a (.)$/.exec(message)?.[1] ?? /^Missing closing (.)/.exec(message)?.[1];
  if (missing !== undefined) return `the closing ${missing} is missing`;
  if (code === 'UNEXPECTED_TOKEN') return `${JSON.stringify(found)} cannot stand here`;
  if (message.startsWith('Nested mappings')) return 'the second colon makes this a map in a map';
  if (message.startsWith('Maximum call stack')) return 'it is nested too deeply';
  if (code === 'DUPLICATE_KEY') return 'this key is there twice';
  if (code === 'MULTIPLE_DOCS') return 'there is a second document in the file';
  return message.charAt(0).toLowerCase() + message.slice(1);
}
