import { type RecordBuilder, recordBuilder } from '../../../core/record-builder.ts';
import { RecordShape, type WantedFields, wantedFields } from './record-shape.ts';

/** A line is tried against each of them. */
const MOST_SHAPES = 8;

/** A pattern takes milliseconds to compile: short files are parsed before one is made. */
const FIRST_LESSON = 1000;

/** Lines without a known shape between lessons: so a shape that comes often is learned before a rare one. */
const LESSON = 100;

/** Patterns are compiled no more often than this. */
const MOST_LESSONS = 32;

/** By how much the attempts that failed may outnumber the others: one costs what another saves, or more. */
const PATIENCE = 500;

/**
 * Reads some fields of lines of JSON. It learns the shapes of the records from those that were parsed,
 * and gives up where the records differ too much for it to pay. It may serve many files, one after another
 * or in turns: what it has learned decides how fast it reads a line, never what it reads.
 */
export class FieldReader {
  /** Where the next line begins, after a line was read. */
  end = 0;
  readonly #wanted: WantedFields;
  readonly #pick: RecordBuilder;
  /** Those that read the most lines first. */
  #shapes: { readonly shape: RecordShape; lines: number }[] = [];
  #lessons = 0;
  #read = 0;
  #failed = 0;
  #unknown = 0;
  #givenUp = false;

  constructor(names: readonly string[]) {
    this.#wanted = wantedFields(names);
    this.#pick = recordBuilder(names.map((name) => ({ name, from: name })));
  }

  /** The fields of a record that was parsed; what has none stays as it is. */
  pick(record: unknown): unknown {
    return record === null || record === undefined ? record : this.#pick(record);
  }

  /** The fields of the line that begins at `from`, if its shape is known. */
  read(text: string, from: number): Record<string, unknown> | undefined {
    const shapes = this.#shapes;
    for (let index = 0; index < shapes.length; index++) {
      const known = shapes[index]!;
      const record = this.#attempt(known.shape, text, from);
      if (record === undefined) {
        this.#failed++;
        continue;
      }
      this.end = known.shape.end;
      known.lines++;
      this.#read++;
      if (index > 0 && known.lines > shapes[index - 1]!.lines) {
        shapes[index] = shapes[index - 1]!;
        shapes[index - 1] = known;
      }
      return record;
    }
    return undefined;
  }

  /** Takes note of a line that had no known shape, and of what it was. */
  learn(line: string, record: unknown): void {
    if (this.#givenUp) return;
    this.#unknown++;
    if (this.#failed > this.#read + PATIENCE) this.#giveUp();
    else if (this.#unknown >= FIRST_LESSON && this.#unknown % LESSON === 0) this.#lesson(line, record);
  }

  #lesson(line: string, record: unknown): void {
    if (this.#lessons === MOST_LESSONS || this.#shapes.length === MOST_SHAPES) return;
    this.#lessons++;
    const shape = RecordShape.of(record, this.#wanted);
    if (shape === undefined || this.#attempt(shape, line, 0) === undefined) return;
    this.#shapes.push({ shape, lines: 0 });
  }

  #attempt(shape: RecordShape, text: string, from: number): Record<string, unknown> | undefined {
    try {
      return shape.read(text, from);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#giveUp();
      return undefined;
    }
  }

  #giveUp(): void {
    this.#givenUp = true;
    this.#shapes = [];
  }
}
