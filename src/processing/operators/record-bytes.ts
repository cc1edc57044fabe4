import { MillraceError } from '../../core/errors.ts';
import { showValue } from '../../core/show-value.ts';
import { refusePromise } from '../../core/thenable.ts';

/** Bytes of a record where nobody says otherwise: of text as UTF-8, of bytes as they are, and of the JSON of all else. */
export function bytesOf(record: unknown): number {
  if (typeof record === 'string') return Buffer.byteLength(record);
  if (ArrayBuffer.isView(record) || record instanceof ArrayBuffer) return record.byteLength;
  // What has no JSON, such as undefined, has no bytes either.
  return Buffer.byteLength(JSON.stringify(record) ?? '');
}

/**
 * What a user's callback gave as a number of bytes.
 *
 * @throws MillraceError `ERR_CALLBACK` for anything but a finite number from 0.
 */
export function measured(bytes: unknown): number {
  if (typeof bytes === 'number' && Number.isFinite(bytes) && bytes >= 0) return bytes;
  refusePromise(bytes, 'Give batch() a synchronous function as `sizeOf`.');
  throw new MillraceError('ERR_CALLBACK', `sizeOf gave ${showValue(bytes)}, which is no number of bytes`, {
    hint: 'Return how many bytes the record takes, from 0.',
  });
}
