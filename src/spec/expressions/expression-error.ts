import { MillraceError } from '../../core/errors.ts';
import type { Fault } from './fault.ts';

/** How much of the source a message shows, at the most. */
const SHOWN = 80;

/** An error of an expression: what was found where in it. `details` hold the source, the place, its line and column. */
export function expressionError(action: 'compile' | 'evaluate', source: string, fault: Fault): MillraceError {
  const { found, hint, cause } = fault;
  const start = Math.min(fault.range?.start ?? 0, source.length);
  const end = Math.min(Math.max(fault.range?.end ?? start, start), source.length);
  const before = source.slice(0, start);
  const line = before.split('\n').length;
  const column = start - before.lastIndexOf('\n');
  const place = source.includes('\n') ? `line ${line}, column ${column}` : `column ${column}`;
  return new MillraceError(
    'ERR_EXPRESSION',
    `Cannot ${action} the expression ${shown(source, start)} at ${place}: ${found}`,
    {
      details: { source, start, end, line, column },
      ...(hint !== undefined && { hint }),
      ...(cause !== undefined && { cause }),
    },
  );
}

/** The source on one line, or what is around `at`. */
function shown(source: string, at: number): string {
  const from = source.length <= SHOWN ? 0 : Math.max(0, Math.min(at - SHOWN / 2, source.length - SHOWN));
  const text = source
    .slice(from, from + SHOWN)
    .replaceAll(/\s+/g, ' ')
    .trim();
  return `${from > 0 ? '…' : ''}${text}${from + SHOWN < source.length ? '…' : ''}`;
}
