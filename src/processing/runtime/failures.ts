import { backoffWait } from '../../core/backoff.ts';
import { formatOrigin } from '../../core/batch.ts';
import { type ErrorCode, isMillraceError, isRetryable, MillraceError, toError } from '../../core/errors.ts';
import type { Origin } from '../../interfaces/batch.ts';
import type { DeadLetter } from '../../interfaces/failure.ts';
import type { Failure, Policy, RetryPolicy } from '../../interfaces/policy.ts';
import type { Vertex } from '../graph/graph.ts';
import { type GraphNode, nodeSite } from '../graph/node.ts';
import { type BudgetAccount, createBudget } from '../policies/budget.ts';
import type { NodeCounters } from './counters.ts';
import type { RunContext } from './run-context.ts';

/** Where a failed record came from; worked out only when asked for. */
export interface Located {
  origin(): Origin;
  raw(): string | undefined;
}

/** What becomes of a record that failed. */
export type Verdict =
  | { readonly kind: 'fail'; readonly error: MillraceError }
  | { readonly kind: 'skip' }
  | { readonly kind: 'dead-letter'; readonly letter: DeadLetter }
  | { readonly kind: 'replace'; readonly record: unknown };

/** Applies one node's policies to its failures. */
export class NodeFailures {
  readonly #vertex: Vertex;
  readonly #counters: NodeCounters;
  readonly #run: RunContext;
  readonly #retry: RetryPolicy | undefined;
  readonly #settling: Policy;
  readonly #accounts: ReadonlyMap<Policy, BudgetAccount>;

  constructor(vertex: Vertex, counters: NodeCounters, run: RunContext) {
    this.#vertex = vertex;
    this.#counters = counters;
    this.#run = run;
    this.#retry = vertex.policies.find((policy) => policy.kind === 'retry');
    this.#settling = vertex.policies.find((policy) => policy.kind !== 'retry') ?? { kind: 'fail' };
    this.#accounts = new Map(
      vertex.policies.map((policy) => [
        policy,
        createBudget('budget' in policy ? policy.budget : undefined, run.clock),
      ]),
    );
  }

  /** What the budgets have absorbed, for checkpoints, in the order of the policies; `undefined` without any. */
  get budgets(): unknown {
    const spent = [...this.#accounts.values()].map((account) => account.spent);
    return spent.every((one) => one === undefined) ? undefined : spent;
  }

  set budgets(spent: unknown) {
    for (const [place, account] of [...this.#accounts.values()].entries()) {
      const before = (spent as unknown[])[place];
      if (before !== undefined && account.spent !== undefined) account.spent = before;
    }
  }

  /** Whether failures do anything but end the run. */
  get lenient(): boolean {
    return this.#settling.kind !== 'fail';
  }

  /** Whether every failure ends the run, at once. */
  get strict(): boolean {
    return this.#retry === undefined && !this.lenient;
  }

  /**
   * Milliseconds to wait before the next try, or `undefined` when there is none. Counts the failure.
   *
   * @throws MillraceError `ERR_BUDGET`
   */
  retryAfter(thrown: unknown, attempts: number): number | undefined {
    const policy = this.#retry;
    const error = toError(thrown);
    if (policy === undefined || attempts >= policy.attempts || isLost(thrown)) return undefined;
    if (!(policy.when === undefined ? isRetryable(thrown) : policy.when(error))) return undefined;
    const exceeded = this.#accounts.get(policy)!.spend(this.#counters.in);
    if (exceeded !== undefined) throw this.#overBudget('retry', exceeded, error);
    this.#counters.failed++;
    this.#counters.retried++;
    const waitMs = backoffWait(policy.backoff, attempts, this.#run.random);
    if (this.#run.observed) {
      this.#run.emit({ type: 'retried', node: this.#vertex.name, attempt: attempts, waitMs, error });
    }
    return waitMs;
  }

  /**
   * Drops and counts a record without a look at what failed, which costs: when the policy skips without
   * a budget, and nobody takes events. Returns whether it did.
   */
  skipUnseen(): boolean {
    const policy = this.#settling;
    if (policy.kind !== 'skip' || policy.budget !== undefined || this.#run.observed) return false;
    this.#counters.failed++;
    this.#counters.skipped++;
    return true;
  }

  /** Decides on a record that failed for good, and counts it. Does not throw. */
  settle(thrown: unknown, record: unknown, attempts: number, located: Located): Verdict {
    this.#counters.failed++;
    const error = toError(thrown);
    const policy = this.#settling;
    const origin = located.origin();
    if (isFatal(thrown)) return { kind: 'fail', error: thrown };
    if (policy.kind === 'fail') return { kind: 'fail', error: this.#explain(error, origin) };
    const exceeded = this.#accounts.get(policy)!.spend(this.#counters.in);
    if (exceeded !== undefined) {
      return { kind: 'fail', error: this.#overBudget(policy.kind, exceeded, this.#explain(error, origin)) };
    }
    const verdict = this.#apply(policy, error, record, attempts, origin, located);
    if (this.#run.observed && verdict.kind !== 'fail') {
      const settled = ({ skip: 'skipped', 'dead-letter': 'dead-lettered', replace: 'replaced' } as const)[
        verdict.kind
      ];
      this.#run.emit({ type: 'failed-record', node: this.#vertex.name, settled, error, origin });
    }
    return verdict;
  }

  #apply(
    policy: Policy,
    error: Error,
    record: unknown,
    attempts: number,
    origin: Origin,
    located: Located,
  ): Verdict {
    const raw = located.raw();
    switch (policy.kind) {
      case 'dead-letter':
        this.#counters.deadLettered++;
        return { kind: 'dead-letter', letter: this.#letter(error, record, attempts, origin, raw) };
      case 'fallback': {
        const failure: Failure = {
          record,
          error,
          node: this.#vertex.name,
          attempts,
          origin,
          ...(raw === undefined ? {} : { raw }),
        };
        try {
          const { record: replacement } = policy.replace(failure);
          this.#counters.replaced++;
          return { kind: 'replace', record: replacement };
        } catch (thrown) {
          return { kind: 'fail', error: this.#explain(toError(thrown), origin, 'replace') };
        }
      }
      default:
        this.#counters.skipped++;
        return { kind: 'skip' };
    }
  }

  #letter(
    error: Error,
    record: unknown,
    attempts: number,
    origin: Origin,
    raw: string | undefined,
  ): DeadLetter {
    const cause = error.cause === undefined ? {} : { cause: toError(error.cause).message };
    return {
      record: record === undefined ? null : record,
      ...(raw === undefined ? {} : { raw }),
      error: { code: codeOf(error), message: error.message, ...cause, ...detailsOf(error) },
      node: this.#vertex.name,
      attempts,
      time: new Date(this.#run.clock.now()).toISOString(),
      origin,
    };
  }

  /** Judges budgets that are shares, when all has been seen. */
  settleBudgets(): void {
    for (const [policy, account] of this.#accounts) {
      const exceeded = account.settle(this.#counters.in);
      if (exceeded !== undefined) throw this.#overBudget(policy.kind, exceeded, undefined);
    }
  }

  #overBudget(policy: Policy['kind'], exceeded: string, cause: Error | undefined): MillraceError {
    const last = cause === undefined ? '' : `. The last failure: ${cause.message}`;
    return new MillraceError(
      'ERR_BUDGET',
      `Cannot go on in "${this.#vertex.name}": its ${policy} budget is used up (${exceeded})${last}`,
      {
        node: this.#vertex.name,
        hint: 'Look at the failures, then mend the input or raise the budget.',
        ...(cause === undefined ? {} : { cause }),
      },
    );
  }

  /** What a failure that no policy settles ends the run with. */
  explain(thrown: unknown, located: Located): MillraceError {
    return this.#explain(toError(thrown), located.origin());
  }

  /** Says where it happened: node, record, and where the callback was defined. */
  #explain(error: Error, at: Origin, verb = doing(this.#vertex.node)): MillraceError {
    // What fails late says by itself which record it was.
    const origin = (isMillraceError(error) ? error.origin : undefined) ?? at;
    if (this.#vertex.node.kind === 'reader' && isMillraceError(error)) return error;
    const site = nodeSite(this.#vertex.node);
    const defined = site === undefined ? '' : ` (${site})`;
    return new MillraceError(
      codeOf(error),
      `Cannot ${verb} ${formatOrigin(origin)} in "${this.#vertex.name}"${defined}: ${error.message}`,
      {
        cause: error,
        node: this.#vertex.name,
        origin,
        retryable: isRetryable(error),
        ...(isMillraceError(error) && error.hint !== undefined ? { hint: error.hint } : {}),
        ...(isMillraceError(error) ? { details: error.details } : {}),
      },
    );
  }
}

function doing(node: GraphNode): string {
  if (node.kind === 'sink') return 'write';
  return node.kind === 'reader' ? 'read' : 'process';
}

function detailsOf(error: Error): { readonly details?: MillraceError['details'] } {
  return isMillraceError(error) && Object.keys(error.details).length > 0 ? { details: error.details } : {};
}

function codeOf(error: Error): ErrorCode {
  return isMillraceError(error) ? error.code : 'ERR_CALLBACK';
}

/** Errors that concern the whole component, not one record: no policy for records can settle them. */
function isFatal(error: unknown): error is MillraceError {
  return isMillraceError(error) && FATAL.has(error.code);
}

/** What has cost a sink batches that it had taken: to try the last one again would not bring them back. */
function isLost(error: unknown): boolean {
  return isMillraceError(error) && error.code === 'ERR_DATABASE' && error.details['transaction'] === 'lost';
}

const FATAL: ReadonlySet<ErrorCode> = new Set([
  'ERR_ABORTED',
  'ERR_BUDGET',
  'ERR_DATABASE',
  'ERR_INTERNAL',
  'ERR_IO',
  'ERR_OUTPUT_CLOSED',
  'ERR_PERMISSION',
  'ERR_SPACE',
]);
