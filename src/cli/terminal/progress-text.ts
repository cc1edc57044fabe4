import { formatDuration } from '../../core/duration.ts';
import type { Progress } from '../../interfaces/run.ts';
import { countOf, formatCount } from './figures.ts';
import { shareText } from './read-text.ts';

/** Where a run stands, in one line: `orders: 42% of 222.0 MB, 841,000 records, 3 failed, 420,500/s, ETA 12.0 s`. */
export function progressText(pipeline: string, progress: Progress): string {
  const { recordsRead, recordsPerSecond, recordsFailed, etaMs } = progress;
  const share = shareText({
    bytes: progress.bytesRead,
    ...(progress.bytesExpected !== undefined && { bytesExpected: progress.bytesExpected }),
  });
  const parts = [
    ...(share === undefined ? [] : [share]),
    countOf(recordsRead, 'record'),
    ...(recordsFailed === 0 ? [] : [`${formatCount(recordsFailed)} failed`]),
    `${formatCount(recordsPerSecond)}/s`,
    ...(etaMs === undefined || etaMs === 0 ? [] : [`ETA ${formatDuration(etaMs)}`]),
  ];
  return `${pipeline}: ${parts.join(', ')}`;
}
