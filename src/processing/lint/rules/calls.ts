import type { LintRule } from '../lint-graph.ts';

/** What operators need that call the world: it fails, and it does not answer. */
export const callRules: readonly LintRule[] = [
  {
    name: 'call-without-policy',
    find({ node, policies }) {
      if (node.kind !== 'operator' || node.operator.kind !== 'async' || policies.length > 0) return undefined;
      return {
        severity: 'warning',
        message: `one call of ${node.operator.name} that fails ends the run`,
        hint: 'Set onError, e.g. [{ retry: { attempts: 5 } }, { deadLetter: { to: rejects } }]; fail says that it is meant.',
      };
    },
  },
  {
    name: 'call-without-timeout',
    find({ node }) {
      if (node.kind !== 'operator' || node.operator.kind !== 'async') return undefined;
      const { name, async: options } = node.operator;
      // What is looked up in a table in memory waits for that table alone.
      if (options.timeout !== undefined || name === 'lookupJoin') return undefined;
      return {
        severity: 'warning',
        message: `a call of ${name} that does not come back holds up the run`,
        hint: 'Set a timeout, e.g. 10s.',
      };
    },
  },
];
