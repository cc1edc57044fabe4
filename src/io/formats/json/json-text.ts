import { MillraceError } from '../../../core/errors.ts';

/**
 * The JSON text of record `index` of a batch.
 *
 * @throws MillraceError `ERR_ENCODE` for what JSON cannot say: `undefined`, functions, symbols, BigInt, cycles.
 */
export function jsonText(record: unknown, index: number, indent?: string): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(record, null, indent);
  } catch (error) {
    cause = error;
  }
  if (text !== undefined) return text;
  const found = cause === undefined ? `it is ${kindOf(record)}` : firstLine(cause);
  throw new MillraceError('ERR_ENCODE', `Cannot encode record ${index + 1} of a batch as JSON: ${found}`, {
    cause,
    hint: 'Map the record to plain values first, e.g. a BigInt to text.',
    details: { index },
  });
}

function kindOf(record: unknown): string {
  return typeof record === 'object' ? 'an object whose toJSON gives undefined' : typeof record;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
}
