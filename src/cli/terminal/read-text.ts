import { formatSize } from '../../core/size.ts';
import type { ReadSoFar } from '../../interfaces/run.ts';
import { countOf } from './figures.ts';

/** The share that is read, where the whole is known, else how much that is: `42% of 222.0 MB`, `93.2 MB`. */
export function shareText({ bytes, bytesExpected }: Omit<ReadSoFar, 'records'>): string | undefined {
  if (bytesExpected === undefined) return bytes === 0 ? undefined : formatSize(bytes);
  if (bytesExpected === 0) return undefined;
  const percent = Math.min(100, Math.floor((100 * bytes) / bytesExpected));
  return `${percent}% of ${formatSize(bytesExpected)}`;
}

/** The share with the records: `42% of 222.0 MB, 841,000 records read`. */
export function readText(read: ReadSoFar): string {
  const share = shareText(read);
  return `${share === undefined ? '' : `${share}, `}${countOf(read.records, 'record')} read`;
}
