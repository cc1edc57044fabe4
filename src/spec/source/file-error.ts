import { MillraceError } from '../../core/errors.ts';
import type { Secrets } from '../secrets.ts';
import { codeFrame } from './code-frame.ts';
import type { Problem } from './problem.ts';
import { placeOf } from './source-text.ts';

const MOST_SHOWN = 20;

/** The error for a file with these problems, all of them in its message, each with its place and a frame. */
export function fileError(shown: string, problems: readonly Problem[], secrets: Secrets): MillraceError {
  const number = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const more = problems.length - MOST_SHOWN;
  const texts = problems.slice(0, MOST_SHOWN).map(problemText);
  const rest = more > 0 ? [`and ${more} more`] : [];
  return new MillraceError(
    'ERR_PIPELINE_FILE',
    secrets.hide([`Cannot use ${shown}: ${number}`, ...texts, ...rest].join('\n\n')),
    { details: { problems: problems.map((problem) => problemDocument(problem, secrets)) } },
  );
}

/** A problem for people: its place, what was found, the lines around, what to do. */
export function problemText({ span, message, hint }: Problem): string {
  const { line, column } = placeOf(span);
  const head = `${span.source.shown}:${line}:${column}: ${message}`;
  return [head, codeFrame(span), ...(hint === undefined ? [] : [hint])].join('\n');
}

/** A problem for machines. */
export function problemDocument({ span, message, hint }: Problem, secrets: Secrets): object {
  const end = placeOf({ ...span, start: span.end });
  return {
    file: span.source.shown,
    ...placeOf(span),
    endLine: end.line,
    endColumn: end.column,
    message: secrets.hide(message),
    ...(hint !== undefined && { hint: secrets.hide(hint) }),
  };
}
