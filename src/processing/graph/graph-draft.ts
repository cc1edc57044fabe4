import type { Graph, GraphEdge, Vertex } from './graph.ts';
import type { GraphNode } from './node.ts';

interface Draft extends Vertex {
  readonly inputs: GraphEdge[];
  readonly outputs: GraphEdge[];
}

/** A graph that is put together of parts of another and of new nodes, in the order in which they are added: sources first. */
export class GraphDraft {
  readonly #drafts: Draft[] = [];
  readonly #copies = new Map<Vertex, Draft>();
  readonly #names: Set<string>;

  /** @param taken Names that new nodes must not have. */
  constructor(taken: Iterable<string>) {
    this.#names = new Set(taken);
  }

  /** A new node, without policies; where the name is taken, it gets a number. */
  add(base: string, node: GraphNode): Vertex {
    let name = base;
    for (let number = 2; this.#names.has(name); number++) name = `${base}-${number}`;
    this.#names.add(name);
    return this.#push(name, node, []);
  }

  /** A node of the other graph, without its edges. */
  copy(vertex: Vertex): Vertex {
    const copied = this.#push(vertex.name, vertex.node, vertex.policies);
    this.#copies.set(vertex, copied);
    return copied;
  }

  /** What {@link copy} made of it. */
  copyOf(vertex: Vertex): Vertex {
    return this.#copies.get(vertex)!;
  }

  connect(from: Vertex, port: string, to: Vertex): void {
    const edge: GraphEdge = { from, port, to, input: to.inputs.length };
    (from as Draft).outputs.push(edge);
    (to as Draft).inputs.push(edge);
  }

  graph(): Graph {
    for (const draft of this.#drafts) {
      Object.assign(draft, { letters: carriesLetters(draft) });
      Object.freeze(draft);
    }
    return Object.freeze({ vertices: Object.freeze(this.#drafts) });
  }

  #push(name: string, node: GraphNode, policies: Vertex['policies']): Draft {
    const index = this.#drafts.length;
    const draft = { index, name, node, policies, inputs: [], outputs: [], letters: false };
    this.#drafts.push(draft);
    return draft;
  }
}

/** Whether all that can enter are dead letters; known of what comes before. */
function carriesLetters({ node, inputs }: Vertex): boolean {
  return node.kind === 'letters' || (inputs.length > 0 && inputs.every(({ from }) => from.letters));
}
