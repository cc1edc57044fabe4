import type { Graph, Vertex } from '../graph/graph.ts';
import { kindName, nodeLabel, type OperatorNode } from '../graph/node.ts';

/** What comes out of a node when it is run again from a checkpoint, beside what came the first time. */
export interface Repetition {
  /** What brings the same records in another order, if anything. */
  readonly shuffledBy: Vertex | undefined;
  /** Why other records may come, in words; empty where the same come. */
  readonly differs: readonly string[];
}

/**
 * What comes again from each node. A sink that takes a record twice as if it were once needs the same records; what it
 * has of the first time and does not come again would stay in it.
 */
export function repetitions({ vertices }: Graph): ReadonlyMap<Vertex, Repetition> {
  const known = new Map<Vertex, Repetition>();
  // Sources come first.
  for (const vertex of vertices) known.set(vertex, repetitionOf(vertex, known));
  return known;
}

function repetitionOf(vertex: Vertex, known: ReadonlyMap<Vertex, Repetition>): Repetition {
  const { name, node } = vertex;
  const inputs = vertex.inputs.map(({ from, port }) =>
    port === 'letters' ? lettersOf(from, known) : known.get(from)!,
  );
  const shuffledBy = inputs.find((input) => input.shuffledBy !== undefined)?.shuffledBy;
  const differs = [...new Set(inputs.flatMap((input) => input.differs))];
  switch (node.kind) {
    case 'reader':
      return { shuffledBy, differs: node.reader.traits.repeats === false ? [drops(vertex)] : [] };
    case 'operator':
      return behind(vertex, node, { shuffledBy, differs });
    case 'merge':
    case 'letters':
      return { shuffledBy: shuffledBy ?? (inputs.length > 1 ? vertex : undefined), differs };
    case 'zip':
    case 'merge-sorted':
      if (shuffledBy === undefined) return { shuffledBy, differs };
      return { shuffledBy, differs: [...differs, inAnyOrder(`"${name}" puts records together`, shuffledBy)] };
    default:
      return { shuffledBy, differs };
  }
}

function behind(vertex: Vertex, { operator }: OperatorNode, input: Repetition): Repetition {
  const what = `"${vertex.name}" (${kindName(vertex.node)})`;
  const differs = [...input.differs];
  const { shuffledBy } = input;
  if (operator.repeats === false) {
    differs.push(`what ${what} gives depends on the clock, chance or the pace of others`);
  }
  if (callsOut(vertex) && isLenient(vertex)) differs.push(failsOnce(vertex));
  if (shuffledBy !== undefined && operator.remembers !== 'none' && operator.identifies !== true) {
    differs.push(inAnyOrder(`${what} goes by the records before`, shuffledBy));
  }
  const shuffles = operator.kind === 'async' && !operator.async.ordered;
  return { shuffledBy: shuffledBy ?? (shuffles ? vertex : undefined), differs };
}

/** What of a node goes to its dead letters. */
function lettersOf(vertex: Vertex, known: ReadonlyMap<Vertex, Repetition>): Repetition {
  const inputs = vertex.inputs.map(({ from }) => known.get(from)!);
  const { shuffledBy } = inputs[0] ?? { shuffledBy: undefined };
  const differs = inputs.flatMap((input) => input.differs);
  return { shuffledBy, differs: callsOut(vertex) ? [...differs, failsOnce(vertex)] : differs };
}

/** Whether it reaches for something outside, which may fail today and not tomorrow. */
function callsOut({ node }: Vertex): boolean {
  return node.kind === 'sink' || (node.kind === 'operator' && node.operator.kind !== 'sync');
}

function isLenient({ policies }: Vertex): boolean {
  return policies.some(({ kind }) => kind !== 'retry' && kind !== 'fail');
}

function failsOnce({ name, node }: Vertex): string {
  return `what fails in "${name}" (${kindName(node)}) need not fail again, and goes another way then`;
}

function drops({ name, node }: Vertex): string {
  return `"${name}" (${nodeLabel(node)}) leaves out records while others are behind, not the same each time`;
}

function inAnyOrder(what: string, by: Vertex): string {
  return `${what}, and "${by.name}" brings them in another order each time`;
}
