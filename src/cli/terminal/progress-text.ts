import { formatDuration } from '../../core/duration.ts';
import type { Progress } from '../../interfaces/run.ts';
import { countOf, formatCount } from './figures.ts';
import { printable } from './printable.ts';
import { shareText } from './read-text.ts';
import { cutText, textWidth } from './text-width.ts';

/** Characters of a pipeline's name that are shown in any case. */
const LEAST_NAME = 8;

/** Where a run stands, in one line of this width, if it can be: `orders: 42% of 222.0 MB, 841,000 records, 3 failed, 420,500/s, ETA 12.0 s`. */
export function progressText(
  pipeline: string,
  progress: Progress,
  width: number = Number.POSITIVE_INFINITY,
): string {
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
  const figures = parts.join(', ');
  // A long name must not push out what changes.
  const room = Math.max(LEAST_NAME, width - 2 - textWidth(figures));
  return `${cutText(printable(pipeline), room)}: ${figures}`;
}
