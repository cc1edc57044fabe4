import type { Vertex } from '../../graph/graph.ts';
import type { LintRule } from '../lint-graph.ts';

/** Operators that emit when their input is over, and not before. */
const AT_THE_END: ReadonlySet<string> = new Set(['aggregate', 'reduce', 'sort', 'top', 'pivot']);
/** Operators that keep something of each record or key, by the options that bound it. */
const KEEPING: Readonly<Record<string, readonly string[]>> = {
  distinct: ['max', 'last', 'spill'],
  join: ['maxRows', 'spill'],
  asOfJoin: ['tolerance', 'maxRows'],
  scan: ['maxKeys'],
};
/** Operators behind which the input is over although the reader is not. */
const ENDING: ReadonlySet<string> = new Set(['take', 'takeUntil', 'takeWhile']);

/** What goes wrong where a reader never ends. */
export const endlessRules: readonly LintRule[] = [
  {
    name: 'never-emits',
    find(vertex) {
      const { node } = vertex;
      if (node.kind !== 'operator' || !AT_THE_END.has(node.operator.name)) return undefined;
      const reader = endlessReader(vertex);
      if (reader === undefined) return undefined;
      return {
        severity: 'error',
        message: `${node.operator.name} emits when its input is over, and "${reader}" does not end`,
        hint: 'Put records together by windows, or end the flow in front: takeUntil.',
      };
    },
  },
  {
    name: 'unbounded-state',
    find(vertex) {
      const { node } = vertex;
      if (node.kind !== 'operator') return undefined;
      const { name } = node.operator;
      const bounds = Object.hasOwn(KEEPING, name) ? KEEPING[name]! : name === 'process' ? [] : undefined;
      if (bounds === undefined) return undefined;
      // Of operators that code made, nobody can tell what bounds them.
      const options = (node.written?.options ?? {}) as object;
      if (bounds.some((option) => Object.hasOwn(options, option))) return undefined;
      const reader = endlessReader(vertex);
      if (reader === undefined) return undefined;
      const told = node.written !== undefined && name !== 'process';
      return {
        severity: told ? 'warning' : 'note',
        message: `${name} keeps something of all that it has met, and "${reader}" does not end: at its bound, records fail`,
        hint:
          name === 'process'
            ? 'Let its state go by itself: state.value(0, { ttl: "1h" }).'
            : `Say how much may be kept by ${bounds.join(' or ')}, or use a time: dedupe, windows.`,
      };
    },
  },
];

/** The name of a reader upstream that does not end, unless something in between ends the flow. */
function endlessReader(vertex: Vertex): string | undefined {
  const seen = new Set<Vertex>();
  const visit = (one: Vertex): string | undefined => {
    if (seen.has(one)) return undefined;
    seen.add(one);
    const { node } = one;
    if (node.kind === 'reader') return node.reader.traits.bounded ? undefined : one.name;
    if (one !== vertex && node.kind === 'operator' && ENDING.has(node.operator.name)) return undefined;
    for (const { from, port } of one.inputs) {
      const found = port === 'letters' ? undefined : visit(from);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return visit(vertex);
}
