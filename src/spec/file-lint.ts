import { didYouMean } from '../core/did-you-mean.ts';
import type { Finding } from '../processing/lint/finding.ts';
import { LINT_RULES } from '../processing/lint/lint-graph.ts';
import { shownPlace } from './build/note.ts';
import type { FileModel } from './file-model.ts';
import { kindOf, type Located } from './source/located.ts';
import type { Problems } from './source/problem.ts';

/** Rules of files alone: parameters that nothing uses, options that are deprecated. */
const FILE_RULES: readonly string[] = ['unused-parameter', 'deprecated'];

/** A parameter in a reference or an expression: `params.name`, `params["name"]`. */
const USED = /\bparams(?:\s*\.\s*(\w+)|\s*\[\s*["'](\w+))/g;

/** The names of all rules. */
export const ALL_RULES: readonly string[] = [...LINT_RULES, ...FILE_RULES];

/** What a file says of rules, and what is found in it without a graph. */
export interface FileLint {
  readonly findings: readonly Finding[];
  /** Whether the file says that this is meant. */
  silences(finding: Pick<Finding, 'rule' | 'node'>): boolean;
}

/** Reads `lint: { rule: off, other-rule: [nodes] }`; what is wrong with it goes to `problems`. */
export function fileLint(model: FileModel, problems: Problems): FileLint {
  const silent = new Map<string, 'all' | readonly string[]>();
  const entry = model.root.entries.get('lint');
  if (entry !== undefined && entry.value.kind !== 'map') {
    problems.add(
      entry.value.span,
      `lint: expected a map of rules, found ${kindOf(entry.value)}`,
      'Write e.g. lint: { call-without-timeout: off }.',
    );
  }
  for (const [rule, { key, value }] of entry?.value.kind === 'map' ? entry.value.entries : []) {
    if (!ALL_RULES.includes(rule))
      problems.add(key, `there is no rule "${rule}"`, didYouMean(rule, ALL_RULES));
    else if (value.kind === 'scalar' && value.value === 'off') silent.set(rule, 'all');
    else if (value.kind === 'list') silent.set(rule, value.items.map(textOf));
    else
      problems.add(
        value.span,
        `${rule}: expected off, or a list of nodes, found ${kindOf(value)}`,
        `Write ${rule}: off.`,
      );
  }
  return Object.freeze({
    findings: unusedParameters(model),
    silences({ rule, node }: Pick<Finding, 'rule' | 'node'>) {
      const said = silent.get(rule);
      return said === 'all' || (node !== undefined && said?.includes(node) === true);
    },
  });
}

function unusedParameters({ root, params }: FileModel): readonly Finding[] {
  const texts = [...root.entries]
    .filter(([key]) => key !== 'params')
    .flatMap(([, { value }]) => textsIn(value));
  const used = new Set(
    texts.flatMap((text) => [...text.matchAll(USED)].map(([, plain, quoted]) => (plain ?? quoted)!)),
  );
  return [...params]
    .filter(([name]) => !used.has(name))
    .map(([name, { key }]) => ({
      rule: 'unused-parameter',
      severity: 'warning',
      site: shownPlace(key),
      message: `nothing uses the parameter "${name}"`,
      hint: `Write \${params.${name}}, or params.${name} in an expression, or take it away.`,
    }));
}

function textsIn(node: Located): readonly string[] {
  if (node.kind === 'scalar') return typeof node.value === 'string' ? [node.value] : [];
  if (node.kind === 'list') return node.items.flatMap(textsIn);
  return [...node.entries.values()].flatMap(({ value }) => textsIn(value));
}

function textOf(node: Located): string {
  return node.kind === 'scalar' ? String(node.value) : '';
}
