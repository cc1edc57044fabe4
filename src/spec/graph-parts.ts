import type { EdgeDescription, GraphDescription, NodeDescription } from '../processing/graph/describe.ts';
import { JOIN_NAMES } from './file-model.ts';

/** Where the records of an edge come from, as a file says it. */
export interface EdgeOrigin {
  readonly node: string;
  /** The output of a node that has several. */
  readonly output: string | undefined;
}

/**
 * What a file says of a graph and what follows from that: a join is an operator behind a `merge` or `concat` of two flows,
 * an operator with several outputs has a split behind it, and one more operator behind each output of that. Such inner
 * nodes were made by no component.
 */
export class GraphParts {
  readonly #nodes: ReadonlyMap<string, NodeDescription>;
  readonly #incoming = new Map<string, EdgeDescription[]>();
  readonly #outgoing = new Map<string, EdgeDescription[]>();
  readonly #inner = new Set<string>();
  /** Nodes that nobody knows the making of. */
  readonly strange: readonly NodeDescription[];

  constructor({ nodes, edges }: GraphDescription) {
    this.#nodes = new Map(nodes.map((node) => [node.name, node]));
    for (const { name } of nodes) {
      this.#incoming.set(name, []);
      this.#outgoing.set(name, []);
    }
    for (const edge of edges) {
      if (edge.port === 'letters') continue;
      this.#incoming.get(edge.to)!.push(edge);
      this.#outgoing.get(edge.from)!.push(edge);
    }
    for (const node of nodes) for (const inner of this.#innerNodesOf(node)) this.#inner.add(inner);
    this.strange = nodes.filter(
      ({ name, component, kind }) => component === undefined && kind !== 'letters' && !this.#inner.has(name),
    );
  }

  node(name: string): NodeDescription {
    return this.#nodes.get(name)!;
  }

  inputs(name: string): readonly EdgeDescription[] {
    return this.#incoming.get(name)!;
  }

  outputs(name: string): readonly EdgeDescription[] {
    return this.#outgoing.get(name)!;
  }

  /** Whether it is part of what another node was made of. */
  isInner({ name }: NodeDescription): boolean {
    return this.#inner.has(name);
  }

  /** What comes into a join, left and right; `undefined` for all else. */
  sides(node: NodeDescription): readonly [EdgeDescription, EdgeDescription] | undefined {
    if (!isJoin(node)) return undefined;
    const [together] = this.inputs(node.name);
    const [first, second] = this.inputs(together!.from) as [EdgeDescription, EdgeDescription];
    const [before] = this.inputs(first.from);
    if (this.node(together!.from).kind === 'merge') return [before!, this.inputs(second.from)[0]!];
    // The side that is held in a table is read first.
    return (node.options as { build?: string }).build === 'left' ? [before!, second] : [second, before!];
  }

  origin({ from, port }: EdgeDescription): EdgeOrigin {
    if (!this.#inner.has(from))
      return { node: from, output: this.node(from).kind === 'split' ? port : undefined };
    const [routed] = this.inputs(from);
    return { node: this.inputs(routed!.from)[0]!.from, output: routed!.port };
  }

  #innerNodesOf(node: NodeDescription): readonly string[] {
    if (node.component === undefined) return [];
    if (isJoin(node)) {
      const together = this.inputs(node.name)[0]!.from;
      const sides = this.inputs(together).map(({ from }) => from);
      return [together, ...(this.node(together).kind === 'merge' ? sides : sides.slice(0, 1))];
    }
    const [only, ...more] = this.outputs(node.name).map(({ to }) => this.node(to));
    if (more.length > 0 || only?.kind !== 'split' || only.component !== undefined) return [];
    return [only.name, ...this.outputs(only.name).map(({ to }) => to)];
  }
}

function isJoin({ component = '' }: NodeDescription): boolean {
  return JOIN_NAMES.includes(component);
}
