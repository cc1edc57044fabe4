import { dateText } from './date-text.ts';

/** A value of an option as PostgreSQL reads it. */
export function valueText(value: string | number | bigint | boolean | Date | unknown): string {
  return value instanceof Date ? dateText(value)! : String(value);
}
