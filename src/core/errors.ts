import type { Origin } from '../interfaces/batch.ts';
import { showValue } from './show-value.ts';

/** Every code that an error of millrace can carry; each has its entry in `docs/reference/errors.md`. */
export const ERROR_CODES = [
  'ERR_ABORTED',
  'ERR_ARCHIVE',
  'ERR_ARROW',
  'ERR_ASSERT',
  'ERR_BALANCE',
  'ERR_BUDGET',
  'ERR_CALLBACK',
  'ERR_CHANGED',
  'ERR_CHECKPOINT',
  'ERR_CHECKPOINT_VERSION',
  'ERR_CIRCUIT_OPEN',
  'ERR_CLOSED_EARLY',
  'ERR_COLUMNS',
  'ERR_COLUMN_TYPE',
  'ERR_COMPONENT_DUPLICATE',
  'ERR_COMPONENT_UNKNOWN',
  'ERR_CONSTRAINT',
  'ERR_CSV_COLUMNS',
  'ERR_CSV_HEADER',
  'ERR_CSV_QUOTES',
  'ERR_CSV_RAGGED',
  'ERR_CSV_TYPE',
  'ERR_DATABASE',
  'ERR_DECOMPRESS',
  'ERR_DEMAND',
  'ERR_ENCODE',
  'ERR_ENCODING',
  'ERR_EVENT_TIME',
  'ERR_EXPRESSION',
  'ERR_HTTP',
  'ERR_INTERNAL',
  'ERR_IO',
  'ERR_JSON_PATH',
  'ERR_JSON_SYNTAX',
  'ERR_KEY',
  'ERR_LATE',
  'ERR_LETTER',
  'ERR_LIMIT',
  'ERR_LOCKED',
  'ERR_MEMORY',
  'ERR_MODULE',
  'ERR_NOT_FOUND',
  'ERR_NOT_A_FILE',
  'ERR_NO_MATCH',
  'ERR_OPTIONS',
  'ERR_OUTPUT_CLOSED',
  'ERR_OVERFLOW',
  'ERR_PARQUET',
  'ERR_PARTITION',
  'ERR_PATTERN',
  'ERR_PEER',
  'ERR_PERMISSION',
  'ERR_PIPELINE_FILE',
  'ERR_PIPELINE_INVALID',
  'ERR_PLUGIN',
  'ERR_SNAPSHOT',
  'ERR_SPACE',
  'ERR_STOP_TIMEOUT',
  'ERR_TIMEOUT',
  'ERR_TRUNCATED',
  'ERR_UNROUTED',
  'ERR_UNSORTED',
  'ERR_USAGE',
  'ERR_VALIDATION',
] as const;

/** One of {@link ERROR_CODES}. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** What an error can say besides its code and message. */
export interface ErrorFields {
  /** What caused it. */
  readonly cause?: unknown;
  /** What the user can do about it: one sentence. */
  readonly hint?: string;
  /** Whether trying again can help. @default false */
  readonly retryable?: boolean;
  /** Name of the node it happened in. */
  readonly node?: string;
  /** The record it happened on. */
  readonly origin?: Origin;
  /** What else the code promises, e.g. `issues` of `ERR_VALIDATION`. */
  readonly details?: Readonly<Record<string, unknown>>;
}

const BRAND = Symbol.for('millrace.error');

/**
 * The one error class. Branch on `code`, which is stable; recognise it with {@link isMillraceError},
 * which also works for errors of another copy of millrace or another realm.
 *
 * @example
 * ```ts
 * import { isMillraceError, run } from 'millrace';
 *
 * declare const orders: import('millrace').Pipeline;
 * try {
 *   await run(orders);
 * } catch (error) {
 *   if (isMillraceError(error) && error.code === 'ERR_NOT_FOUND') console.error(error.message);
 * }
 * ```
 */
export class MillraceError extends Error {
  override readonly name = 'MillraceError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly node: string | undefined;
  readonly origin: Origin | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  /** What failed afterwards, while the run was torn down because of this error. */
  readonly secondary: unknown[] = [];

  constructor(code: ErrorCode, message: string, fields: ErrorFields = {}) {
    super(message, 'cause' in fields ? { cause: fields.cause } : undefined);
    this.code = code;
    this.hint = fields.hint;
    this.retryable = fields.retryable ?? false;
    this.node = fields.node;
    this.origin = fields.origin;
    this.details = fields.details ?? {};
    Object.defineProperty(this, BRAND, { value: true });
    for (const key of ['hint', 'node', 'origin'] as const) {
      if (this[key] === undefined) Object.defineProperty(this, key, { enumerable: false });
    }
    if (fields.details === undefined) Object.defineProperty(this, 'details', { enumerable: false });
    Object.defineProperty(this, 'secondary', { enumerable: false });
  }
}

/** Whether `error` is a {@link MillraceError}, of whichever copy of millrace. */
export function isMillraceError(error: unknown): error is MillraceError {
  return typeof error === 'object' && error !== null && BRAND in error;
}

/** Makes an `Error` of whatever was thrown: people throw strings, and `undefined`. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  if (typeof thrown === 'object' && thrown !== null && typeof Reflect.get(thrown, 'message') === 'string') {
    return thrown as Error;
  }
  const shown = typeof thrown === 'string' ? thrown : showValue(thrown);
  return new Error(`${shown} was thrown, which is not an Error`, { cause: thrown });
}

/** Whether another try can help: as the error says, else yes, as most callbacks reach over a network. */
export function isRetryable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return true;
  if (isMillraceError(error)) {
    if (error.code === 'ERR_CALLBACK') return isRetryable(error.cause);
    return error.retryable;
  }
  const said = Reflect.get(error, 'retryable');
  return typeof said === 'boolean' ? said : true;
}
