import { placeOf, type Span } from './source-text.ts';

const WIDTH = 100;
const AROUND = 1;

/** The lines around a place, numbered, with what is meant underlined. */
export function codeFrame(span: Span): string {
  const { line, column } = placeOf(span);
  const lines = span.source.text.split('\n').map((text) => text.replace(/\r$/, ''));
  const first = Math.max(1, line - AROUND);
  const last = Math.min(lines.length, line + AROUND);
  const digits = String(last).length;
  const rows: string[] = [];
  for (let number = first; number <= last; number++) {
    const text = lines[number - 1]!;
    if (number !== line && text.trim() === '') continue;
    const { shown, cut } = window(text, number === line ? column - 1 : 0);
    rows.push(`${number === line ? '>' : ' '} ${String(number).padStart(digits)} | ${shown}`.trimEnd());
    if (number !== line) continue;
    const gap = shown.slice(0, column - 1 - cut).replaceAll(/[^\t]/g, ' ');
    rows.push(`  ${' '.repeat(digits)} | ${gap}${'^'.repeat(marks(span, shown.length - gap.length))}`);
  }
  return rows.join('\n');
}

/** A long line around the column that counts. */
function window(text: string, at: number): { readonly shown: string; readonly cut: number } {
  if (text.length <= WIDTH) return { shown: text, cut: 0 };
  const cut = Math.max(0, Math.min(at - WIDTH / 2, text.length - WIDTH));
  return { shown: text.slice(cut, cut + WIDTH), cut };
}

function marks({ source, start, end }: Span, room: number): number {
  const [line = ''] = source.text.slice(start, end).split('\n');
  return Math.max(1, Math.min(line.trimEnd().length, room));
}
