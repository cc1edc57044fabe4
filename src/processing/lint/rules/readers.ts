import type { LintRule } from '../lint-graph.ts';

/** Formats in which a file may have a record that cannot be read. */
const TEXTS: ReadonlySet<string> = new Set(['csv', 'json', 'ndjson']);

/** What readers of other people's files meet. */
export const readerRules: readonly LintRule[] = [
  {
    name: 'reader-without-policy',
    find({ node, name, policies }) {
      if (node.kind !== 'reader' || !TEXTS.has(node.reader.name) || policies.length > 0) return undefined;
      return {
        severity: 'note',
        message: `a record of "${name}" that cannot be read ends the run`,
        hint: 'Put such aside, onError: { deadLetter: rejects }; fail says that it is meant.',
      };
    },
  },
];
