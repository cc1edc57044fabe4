import type { ErrorCode } from '../../../core/errors.ts';

/** What is wrong at a place of a piece, before it is known where that lies in the file. */
export interface JsonFault {
  /** Index in the piece. */
  readonly at: number;
  readonly code: ErrorCode;
  readonly found: string;
  readonly hint?: string;
}

/** A byte that JSON does not allow where it stands. */
export function unexpected(bytes: Uint8Array, at: number, wanted: string): JsonFault {
  const unit = bytes[at]!;
  const shown = unit > 32 && unit < 127 ? JSON.stringify(String.fromCharCode(unit)) : hex(unit);
  return { at, code: 'ERR_JSON_SYNTAX', found: `${shown} stands where ${wanted} should` };
}

function hex(unit: number): string {
  return `byte 0x${unit.toString(16).padStart(2, '0')}`;
}

export function tooDeep(at: number, maxDepth: number): JsonFault {
  return {
    at,
    code: 'ERR_LIMIT',
    found: `it is nested deeper than ${maxDepth} levels`,
    hint: 'Raise maxDepth if the document is meant to be so deep.',
  };
}
