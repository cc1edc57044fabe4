/** Characters that terminals draw over two cells: those of East Asia, and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Those that stand upon the one before. */
const UPON = /[\p{Mn}\p{Me}\u200b-\u200d]/u;

/** Cells of a terminal that text without control characters takes. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += cells(character);
  return width;
}

/** Text that takes no more than so many cells; an ellipsis stands for what is cut off. */
export function cutText(text: string, most: number): string {
  if (textWidth(text) <= most) return text;
  let kept = '';
  let width = 0;
  for (const character of text) {
    width += cells(character);
    if (width > most - 1) break;
    kept += character;
  }
  return most < 1 ? '' : `${kept}…`;
}

function cells(character: string): number {
  if (UPON.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
