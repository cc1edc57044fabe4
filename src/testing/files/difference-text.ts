import type { Difference } from './test-result.ts';

/** Colours a line of a comparison. */
export type PaintLine = (of: 'expected' | 'actual' | 'faint', text: string) => string;

const MARKS = { both: ' ', expected: '-', actual: '+', note: ' ' } as const;

/** What differs, for people: what was expected behind `-`, what came behind `+`. */
export function differenceText({ part, lines }: Difference, paint: PaintLine = (_of, text) => text): string {
  const shown = lines.map(({ of, text }) => {
    const line = `  ${MARKS[of]} ${text}`.trimEnd();
    if (of === 'expected' || of === 'actual') return paint(of, line);
    return of === 'note' ? paint('faint', line) : line;
  });
  return [`${title(part)}:`, ...shown].join('\n');
}

function title(part: string): string {
  if (part === 'expect') return 'nothing is expected; this is what came';
  return part;
}
