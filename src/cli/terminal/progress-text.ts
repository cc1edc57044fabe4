import { formatDuration } from '../../core/duration.ts';
import { formatSize } from '../../core/size.ts';
import type { Progress } from '../../interfaces/run.ts';
import { countOf, formatCount } from './figures.ts';

/** Where a run stands, in one line: `orders: 42% of 222.0 MB, 841,000 records, 3 failed, 420,500/s, ETA 12.0 s`. */
export function progressText(pipeline: string, progress: Progress): string {
  const { recordsRead, recordsPerSecond, recordsFailed, etaMs } = progress;
  const parts = [
    ...share(progress),
    countOf(recordsRead, 'record'),
    ...(recordsFailed === 0 ? [] : [`${formatCount(recordsFailed)} failed`]),
    `${formatCount(recordsPerSecond)}/s`,
    ...(etaMs === undefined || etaMs === 0 ? [] : [`ETA ${formatDuration(etaMs)}`]),
  ];
  return `${pipeline}: ${parts.join(', ')}`;
}

function share({ bytesRead, bytesExpected }: Progress): string[] {
  if (bytesExpected === undefined) return bytesRead === 0 ? [] : [formatSize(bytesRead)];
  if (bytesExpected === 0) return [];
  const percent = Math.min(100, Math.floor((100 * bytesRead) / bytesExpected));
  return [`${percent}% of ${formatSize(bytesExpected)}`];
}
