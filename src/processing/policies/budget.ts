import { z } from 'zod';
import { MillraceError } from '../../core/errors.ts';
import type { Clock } from '../../interfaces/clock.ts';
import type { Budget } from '../../interfaces/policy.ts';

/** Below this many records a share says too little to end a running pipeline by it. */
const RECORDS_TO_JUDGE = 1000;

/** A rate remembers when each failure that it allows happened; this bounds that memory to 8 MB. */
const MOST_PER_WINDOW = 1_000_000;

const WINDOWS: Readonly<Record<string, number>> = { s: 1000, min: 60_000, h: 3_600_000 };

const SHARE = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/;
const RATE = /^\s*(\d+)\s*\/\s*(s|min|h)\s*$/;

export type ParsedBudget =
  | { readonly kind: 'count'; readonly most: number }
  | { readonly kind: 'share'; readonly percent: number }
  | { readonly kind: 'rate'; readonly most: number; readonly windowMs: number };

/** The failures that one policy of one node has absorbed in one run. */
export interface BudgetAccount {
  /** Counts one failure among `seen` records; returns why the budget is exceeded, if it is. */
  spend(seen: number): string | undefined;
  /** Judges the whole at the end of the run, after `seen` records. */
  settle(seen: number): string | undefined;
  /** What it has absorbed so far, for checkpoints; absent where it never runs out. */
  spent?: unknown;
}

/** The `budget` option that policies share. */
export const budgetOption = z
  .union([z.number().int().nonnegative(), z.string()])
  .optional()
  .describe('Failures to absorb before the run fails: a share "1%", a count 100, or a rate "10/min"');

/**
 * Reads a budget: a count, a share such as `'1%'`, or a rate such as `'10/min'` (`/s`, `/min`, `/h`).
 *
 * @throws MillraceError `ERR_OPTIONS` for anything else.
 */
export function parseBudget(budget: Budget): ParsedBudget {
  if (typeof budget === 'number' && Number.isSafeInteger(budget) && budget >= 0) {
    return { kind: 'count', most: budget };
  }
  const share = typeof budget === 'string' ? SHARE.exec(budget) : null;
  if (share !== null && Number(share[1]) <= 100) return { kind: 'share', percent: Number(share[1]) };
  const rate = typeof budget === 'string' ? RATE.exec(budget) : null;
  if (rate !== null && Number(rate[1]) <= MOST_PER_WINDOW) {
    return { kind: 'rate', most: Number(rate[1]), windowMs: WINDOWS[rate[2]!]! };
  }
  throw new MillraceError(
    'ERR_OPTIONS',
    `Cannot read the budget: ${JSON.stringify(budget)} is not a budget`,
    {
      hint: 'Write a share up to "100%", a whole count such as 100, or a rate such as "10/min" (also /s, /h).',
    },
  );
}

/** Opens the account of a budget; without a budget it never runs out. */
export function createBudget(budget: Budget | undefined, clock: Clock): BudgetAccount {
  if (budget === undefined) return { spend: never, settle: never };
  const parsed = parseBudget(budget);
  if (parsed.kind === 'count') return countBudget(parsed.most);
  if (parsed.kind === 'share') return shareBudget(parsed.percent);
  return rateBudget(parsed.most, parsed.windowMs, String(budget).trim(), clock);
}

function never(): undefined {
  return undefined;
}

function countBudget(most: number): BudgetAccount {
  let failures = 0;
  return {
    get spent() {
      return failures;
    },
    set spent(before: unknown) {
      failures = before as number;
    },
    spend() {
      failures++;
      return failures > most ? `${inWords(failures)}, budget ${most}` : undefined;
    },
    settle: never,
  };
}

function shareBudget(percent: number): BudgetAccount {
  let failures = 0;
  const settle = (seen: number): string | undefined => {
    const records = Math.max(seen, failures);
    if (failures * 100 <= percent * records) return undefined;
    return `${inWords(failures)} in ${records} records, budget ${percent}%`;
  };
  return {
    get spent() {
      return failures;
    },
    set spent(before: unknown) {
      failures = before as number;
    },
    spend(seen) {
      failures++;
      return seen >= RECORDS_TO_JUDGE ? settle(seen) : undefined;
    },
    settle,
  };
}

/** Exact: the budget is exceeded when the failure `most` places back lies within the window. */
function rateBudget(most: number, windowMs: number, text: string, clock: Clock): BudgetAccount {
  let times: number[] = [];
  let next = 0;
  return {
    get spent() {
      return { times: [...times], next };
    },
    set spent(before: unknown) {
      ({ times, next } = before as { times: number[]; next: number });
    },
    spend() {
      const now = clock.now();
      const oldest = times.length < most ? undefined : most === 0 ? now : times[next];
      if (most > 0) {
        times[next] = now;
        next = (next + 1) % most;
      }
      if (oldest === undefined || now - oldest >= windowMs) return undefined;
      return `${inWords(most + 1)} within ${windowMs / 1000} s, budget ${text}`;
    },
    settle: never,
  };
}

function inWords(failures: number): string {
  return failures === 1 ? '1 failure' : `${failures} failures`;
}
