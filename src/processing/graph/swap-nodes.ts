import { didYouMean } from '../../core/did-you-mean.ts';
import { MillraceError } from '../../core/errors.ts';
import type { Operator } from '../../interfaces/operator.ts';
import type { Reader } from '../../interfaces/reader.ts';
import type { Writer } from '../../interfaces/writer.ts';
import { ofPipeline } from '../plan/plan.ts';
import { planGraph } from '../plan/planner.ts';
import type { Graph, GraphEdge, Vertex } from './graph.ts';
import type { GraphNode } from './node.ts';
import { Pipeline } from './pipeline.ts';

/** What takes the place of nodes, by their names. */
export interface Swaps {
  readonly readers?: Readonly<Record<string, Reader<unknown>>>;
  readonly operators?: Readonly<Record<string, Operator<never, unknown>>>;
  readonly writers?: Readonly<Record<string, Writer<never>>>;
}

/** A sink, as others see it. */
export interface SinkEnd {
  readonly name: string;
  /** Whether all that reaches it are dead letters. */
  readonly letters: boolean;
}

/** The sinks of a pipeline. */
export function sinksOf(pipeline: Pipeline): readonly SinkEnd[] {
  return Pipeline.plan(pipeline).graph.vertices.filter(({ node }) => node.kind === 'sink');
}

/**
 * The same pipeline with other readers, operators or writers in the place of some. Names, policies and limits
 * stay as they are; the plan is made anew.
 *
 * @throws MillraceError `ERR_OPTIONS` for a name that no such node has.
 */
export function swapNodes(
  pipeline: Pipeline,
  { readers = {}, operators = {}, writers = {} }: Swaps,
): Pipeline {
  const plan = Pipeline.plan(pipeline);
  const { vertices } = plan.graph;
  checkNames(pipeline.name, vertices, 'reader', Object.keys(readers));
  checkNames(pipeline.name, vertices, 'operator', Object.keys(operators));
  checkNames(pipeline.name, vertices, 'sink', Object.keys(writers));
  const graph = rebuilt(vertices, ({ name, node }) => {
    switch (node.kind) {
      case 'reader':
        return { ...node, reader: own(readers, name) ?? node.reader };
      case 'operator':
        return { ...node, operator: (own(operators, name) as typeof node.operator) ?? node.operator };
      case 'sink':
        return { ...node, writer: (own(writers, name) as typeof node.writer) ?? node.writer };
      default:
        return node;
    }
  });
  const capacity = plan.edges[0]?.capacity ?? 2;
  const swapped = { ...planGraph(graph, capacity).plan, ...ofPipeline(plan) };
  return new Pipeline(pipeline.name, graph, Object.freeze(swapped));
}

function checkNames(
  pipeline: string,
  nodes: readonly Vertex[],
  kind: 'reader' | 'operator' | 'sink',
  names: readonly string[],
): void {
  const known = nodes.filter(({ node }) => node.kind === kind).map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new MillraceError(
      'ERR_OPTIONS',
      `Cannot swap nodes of "${pipeline}": it has no ${kind} "${name}"`,
      {
        hint: didYouMean(name, known),
      },
    );
  }
}

function own<V>(record: Readonly<Record<string, V>>, name: string): V | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** A graph of the same shape, of other nodes. */
function rebuilt(vertices: readonly Vertex[], swap: (vertex: Vertex) => GraphNode): Graph {
  const drafts = new Map(
    vertices.map((vertex) => [
      vertex,
      { ...vertex, node: Object.freeze(swap(vertex)), inputs: [] as GraphEdge[], outputs: [] as GraphEdge[] },
    ]),
  );
  const edges = new Map<GraphEdge, GraphEdge>();
  const moved = (edge: GraphEdge): GraphEdge => {
    const known = edges.get(edge);
    if (known !== undefined) return known;
    const made = { ...edge, from: drafts.get(edge.from)!, to: drafts.get(edge.to)! };
    edges.set(edge, made);
    return made;
  };
  for (const [vertex, draft] of drafts) {
    draft.inputs.push(...vertex.inputs.map(moved));
    draft.outputs.push(...vertex.outputs.map(moved));
  }
  return Object.freeze({
    vertices: Object.freeze([...drafts.values()].map((draft) => Object.freeze(draft))),
  });
}
