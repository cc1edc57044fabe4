import { textWidth } from '../terminal/text-width.ts';

/** Where lines leave a cell. */
const UP = 1;
const DOWN = 2;
const LEFT = 4;
const RIGHT = 8;

const SOLID = ' ╵╷│╴┘┐┤╶└┌├─┴┬┼';

/** Characters at places; lines that meet become crossings. */
export class Canvas {
  readonly #texts = new Map<string, string>();
  readonly #lines = new Map<string, { sides: number; dashed: boolean }>();
  #width = 0;
  #height = 0;

  get width(): number {
    return this.#width;
  }

  /** Writes text over whatever is there. */
  write(x: number, y: number, text: string): void {
    let at = x;
    for (const character of text) {
      const width = textWidth(character);
      // What stands upon a character, and the second cell of a wide one, belong to the cell before.
      const cell = width === 0 ? `${at - 1} ${y}` : `${at} ${y}`;
      this.#texts.set(cell, width === 0 ? `${this.#texts.get(cell) ?? ''}${character}` : character);
      if (width === 2) this.#texts.set(`${at + 1} ${y}`, '');
      at += width;
      this.#reach(at - 1, y);
    }
  }

  /** A line between two places, in one row or one column. */
  line(x1: number, y1: number, x2: number, y2: number, dashed: boolean): void {
    const [left, right] = [Math.min(x1, x2), Math.max(x1, x2)];
    const [top, bottom] = [Math.min(y1, y2), Math.max(y1, y2)];
    for (let x = left; x < right; x++) {
      this.#join(x, y1, RIGHT, dashed);
      this.#join(x + 1, y1, LEFT, dashed);
    }
    for (let y = top; y < bottom; y++) {
      this.#join(x1, y, DOWN, dashed);
      this.#join(x1, y + 1, UP, dashed);
    }
  }

  box(x: number, y: number, width: number, lines: readonly string[]): void {
    this.write(x, y, `┌${'─'.repeat(width - 2)}┐`);
    for (const [at, text] of lines.entries()) {
      const blank = width - 4 - textWidth(text);
      this.write(x, y + 1 + at, `│ ${text}${' '.repeat(blank)} │`);
    }
    this.write(x, y + 1 + lines.length, `└${'─'.repeat(width - 2)}┘`);
  }

  /** All of it, without blanks at the ends of lines. */
  text(): string {
    const rows = Array.from({ length: this.#height }, (_, y) =>
      Array.from({ length: this.#width }, (_, x) => this.#at(x, y))
        .join('')
        .trimEnd(),
    );
    return `${rows.join('\n')}\n`;
  }

  #at(x: number, y: number): string {
    const text = this.#texts.get(`${x} ${y}`);
    if (text !== undefined) return text;
    const line = this.#lines.get(`${x} ${y}`);
    if (line === undefined) return ' ';
    if (line.dashed && line.sides === (LEFT | RIGHT)) return '╌';
    if (line.dashed && line.sides === (UP | DOWN)) return '╎';
    return SOLID[line.sides]!;
  }

  #join(x: number, y: number, side: number, dashed: boolean): void {
    this.#reach(x, y);
    const there = this.#lines.get(`${x} ${y}`);
    this.#lines.set(`${x} ${y}`, {
      sides: (there?.sides ?? 0) | side,
      dashed: dashed && (there?.dashed ?? true),
    });
  }

  #reach(x: number, y: number): void {
    this.#width = Math.max(this.#width, x + 1);
    this.#height = Math.max(this.#height, y + 1);
  }
}
