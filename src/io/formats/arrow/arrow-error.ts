import { MillraceError } from '../../../core/errors.ts';

/** The error for bytes that are no Arrow IPC stream, or a damaged one. */
export function arrowError(name: string, found: string, cause?: unknown): MillraceError {
  return new MillraceError('ERR_ARROW', `Cannot read ${name} as an Arrow IPC stream: ${found}`, {
    cause,
    hint: 'Check what wrote it, and that it arrived whole.',
  });
}

export function truncatedArrow(name: string): MillraceError {
  return new MillraceError(
    'ERR_TRUNCATED',
    `Cannot read ${name}: the Arrow IPC stream ends within a message`,
    {
      hint: 'It was cut short: fetch it again.',
    },
  );
}
