import type { Graph, Vertex } from '../graph/graph.ts';
import { nodeSite } from '../graph/node.ts';
import type { Finding } from './finding.ts';
import { callRules } from './rules/calls.ts';
import { endlessRules } from './rules/endless.ts';
import { readerRules } from './rules/readers.ts';

/** What a rule finds of a node, but for what is the same for all that it finds. */
export type Found = Pick<Finding, 'severity' | 'message' | 'hint'>;

/** Looks at one node of a graph. */
export interface LintRule {
  readonly name: string;
  find(vertex: Vertex, graph: Graph): Found | undefined;
}

const RULES: readonly LintRule[] = [...endlessRules, ...callRules, ...readerRules];

/** The names of the rules. */
export const LINT_RULES: readonly string[] = RULES.map(({ name }) => name);

/** Looks for what is sound, and yet most likely not what is meant: node by node, sources first. */
export function lintGraph(graph: Graph): readonly Finding[] {
  return graph.vertices.flatMap((vertex) =>
    RULES.flatMap((rule): readonly Finding[] => {
      const found = rule.find(vertex, graph);
      if (found === undefined) return [];
      const site = nodeSite(vertex.node);
      return [{ rule: rule.name, node: vertex.name, ...(site !== undefined && { site }), ...found }];
    }),
  );
}
