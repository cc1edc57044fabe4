import { defineOperator, MillraceError, type Operator } from 'millrace';
import { z } from 'zod';

export const meanOptions = z.object({
  field: z.string().min(1).describe('The field that is averaged: a number'),
  over: z.int().min(1).max(10_000).default(24).describe('How many records, this one among them'),
  to: z.string().min(1).default('mean').describe('The field that gets the mean'),
});

type Row = Readonly<Record<string, unknown>>;

/** Adds the mean of a field over the last records. It keeps as many numbers, which are its snapshot. */
export function movingMean({ field, over, to }: z.output<typeof meanOptions>): Operator<Row, Row> {
  return defineOperator<Row, Row>({
    name: 'movingMean',
    detail: `${field} over ${over}`,
    cardinality: 'one',
    remembers: 'snapshot',
    create() {
      let last: number[] = [];
      return {
        push(record, emit) {
          const value = record[field];
          if (typeof value !== 'number') {
            throw new MillraceError('ERR_VALIDATION', `${field} is ${String(value)}, not a number`);
          }
          last.push(value);
          if (last.length > over) last.shift();
          emit({ ...record, [to]: last.reduce((sum, one) => sum + one, 0) / last.length });
        },
        snapshot: () => [...last],
        restore(state) {
          last = [...(state as number[])];
        },
      };
    },
  });
}
