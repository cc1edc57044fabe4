import type { Plan } from '../plan.ts';

/** One step of the planner. */
export interface Rule {
  readonly name: string;
  /** Why it exists, in a sentence. */
  readonly reason: string;
  apply(plan: Plan): Plan;
}
