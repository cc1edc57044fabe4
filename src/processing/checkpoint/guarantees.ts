import type { Graph, Vertex } from '../graph/graph.ts';
import type { SinkNode } from '../graph/node.ts';
import { findDeadlocks } from '../plan/deadlocks.ts';
import { type Repetition, repetitions } from './repetition.ts';

/** How often a record that was read is in the output, whatever happens to the process meanwhile. */
export type Guarantee = 'exactly once' | 'at least once' | 'none';

/** What holds for one sink in runs with checkpoints. */
export interface SinkGuarantee {
  /** The name of its node. */
  readonly sink: string;
  /** When the process is killed. */
  readonly killed: Guarantee;
  /** When the machine loses power; the store has to survive that, too. */
  readonly powerLost: Guarantee;
  /** Why it is less than exactly once, in words, each with the node that lowers it. */
  readonly loweredBy: readonly string[];
}

/** What a pipeline can promise of runs with checkpoints. */
export interface Guarantees {
  /** What stands in the way of checkpoints, in words, with names of nodes; empty where nothing does. */
  readonly problems: readonly string[];
  readonly sinks: readonly SinkGuarantee[];
}

/** Works out what runs with checkpoints of a graph can promise. */
export function guaranteesOf(graph: Graph): Guarantees {
  const problems = [
    ...graph.vertices.flatMap((vertex) => obstacle(vertex) ?? []),
    ...graph.vertices.flatMap(earlyInputs),
    ...findDeadlocks(graph, true),
  ];
  const sinks = graph.vertices.filter(({ node }) => node.kind === 'sink');
  const repeated = repetitions(graph);
  return { problems, sinks: sinks.map((sink) => guaranteeOf(sink, repeated.get(sink)!)) };
}

/** Why nobody can go on with what the node did before. */
function obstacle({ name, node }: Vertex): string | undefined {
  switch (node.kind) {
    case 'reader':
      if (node.reader.traits.replay === 'position') return undefined;
      return `"${name}" (${node.reader.label}) cannot go on from where it stood`;
    case 'operator':
      if (node.operator.remembers === 'none' || node.operator.remembers === 'snapshot') return undefined;
      return `nobody can tell what "${name}" (${node.operator.name}) remembers`;
    case 'sink':
      if (node.writer.traits.commit !== 'whole') return undefined;
      return `"${name}" (${node.writer.label}) cannot go on with its output`;
    default:
      return undefined;
  }
}

/**
 * Inputs of a concat that are read before their turn, since what they come from is read for others, too: what waits in
 * front of the concat meanwhile would be part of no checkpoint.
 */
function earlyInputs({ name, node, inputs }: Vertex): readonly string[] {
  if (node.kind !== 'concat') return [];
  return inputs.slice(1).flatMap((input) => {
    const behind = new Set([input.from, ...upstream(input.from)]);
    const leaks = [...behind].flatMap(({ outputs }) =>
      outputs.filter((output) => output !== input && output.port !== 'letters' && !behind.has(output.to)),
    );
    if (leaks.length === 0) return [];
    const { from, to } = leaks[0]!;
    return [
      `"${name}" does not take its input ${input.input + 1} before its turn, but "${from.name}" is read for "${to.name}", too: read the source once for each, or use merge`,
    ];
  });
}

function guaranteeOf(sink: Vertex, { differs }: Repetition): SinkGuarantee {
  const lowered: { readonly guarantee: Guarantee; readonly why: string }[] = [];
  for (const vertex of [sink, ...upstream(sink)]) {
    const why = obstacle(vertex);
    if (why !== undefined) lowered.push({ guarantee: 'none', why });
  }
  const { commit, label } = writerOf(sink);
  if (commit === 'none') {
    const why = `"${sink.name}" (${label}) takes nothing back that it has written since the last checkpoint`;
    lowered.push({ guarantee: 'at least once', why });
  }
  // What is written again does no harm; what is not written again, and was written, is there all the same.
  if (commit === 'idempotent') {
    for (const why of differs) lowered.push({ guarantee: 'at least once', why });
  }
  const guarantee = lowered.some((one) => one.guarantee === 'none')
    ? 'none'
    : (lowered[0]?.guarantee ?? 'exactly once');
  return {
    sink: sink.name,
    killed: guarantee,
    powerLost: guarantee,
    loweredBy: lowered.map(({ why }) => why),
  };
}

function writerOf({ node }: Vertex): { readonly commit: string; readonly label: string } {
  const { traits, label } = (node as SinkNode).writer;
  return { commit: traits.commit, label };
}

function upstream(vertex: Vertex): readonly Vertex[] {
  const found = new Set<Vertex>();
  const visit = ({ inputs }: Vertex): void => {
    for (const { from } of inputs) {
      if (found.has(from)) continue;
      found.add(from);
      visit(from);
    }
  };
  visit(vertex);
  return [...found];
}
