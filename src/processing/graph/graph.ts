import type { DeadLetter } from '../../interfaces/failure.ts';
import type { Policy } from '../../interfaces/policy.ts';
import type { Writer } from '../../interfaces/writer.ts';
import { onErrorList } from '../policies/on-error.ts';
import {
  createNode,
  type GraphNode,
  kindName,
  type LettersNode,
  ownPolicies,
  PORT,
  type Port,
  type SinkNode,
} from './node.ts';

/** A node in its place in one graph. */
export interface Vertex {
  readonly index: number;
  readonly name: string;
  readonly node: GraphNode;
  /** What applies to its failures: its own policies, or the pipeline's default. */
  readonly policies: readonly Policy[];
  readonly inputs: readonly GraphEdge[];
  readonly outputs: readonly GraphEdge[];
  /** Whether all that can enter are dead letters: such records are accounted for once, where they failed. */
  readonly letters: boolean;
}

export interface GraphEdge {
  readonly from: Vertex;
  /** `out`, a split's route, or `letters` for the dead letters of `from`. */
  readonly port: string;
  readonly to: Vertex;
  /** Which input of `to` it is, counted from 0. */
  readonly input: number;
}

/** Everything upstream of the sinks, each node once, sources first. */
export interface Graph {
  readonly vertices: readonly Vertex[];
}

interface Draft extends Vertex {
  name: string;
  inputs: GraphEdge[];
  outputs: GraphEdge[];
}

export interface Collected {
  readonly graph: Graph;
  readonly problems: readonly string[];
}

/**
 * Gathers the graph behind the sinks. What makes it unfit to be a graph at all (a cycle, a name used
 * twice) comes back as problems, in words.
 */
export function collectGraph(sinks: readonly SinkNode[], defaults: readonly Policy[]): Collected {
  const problems: string[] = [];
  const nodes = new Map<symbol, GraphNode>();
  const letterNodes = new Map<Writer<DeadLetter>, LettersNode>();
  const senders = new Map<symbol, symbol[]>();

  // The default does not hold behind dead letters: it would send the failures of a sink to that same sink.
  const policiesOf = (node: GraphNode): readonly Policy[] => {
    const own = ownPolicies(node);
    if (own !== undefined) return onErrorList(own);
    return JOINS.has(node.kind) || carriesLetters(node) ? [] : defaults;
  };

  const visit = (node: GraphNode): void => {
    const known = nodes.get(node.identity);
    if (known !== undefined) {
      if (known.name !== undefined && node.name !== undefined && known.name !== node.name) {
        problems.push(`One node has two names: "${known.name}" and "${node.name}"`);
      }
      if (known.name === undefined && node.name !== undefined) nodes.set(node.identity, node);
      return;
    }
    nodes.set(node.identity, node);
    for (const { node: upstream } of node.inputs) visit(upstream);
    for (const policy of policiesOf(node)) {
      if (policy.kind !== 'dead-letter') continue;
      const target = letterNode(policy.to, letterNodes);
      senders.set(target.identity, [...(senders.get(target.identity) ?? []), node.identity]);
    }
  };
  for (const sink of sinks) visit(sink);
  for (const [writer, letters] of letterNodes) {
    visit(
      createNode<SinkNode>({
        kind: 'sink',
        writer: writer as Writer<unknown>,
        inputs: [{ node: letters, port: 'out' }],
      }),
    );
  }
  for (const target of senders.keys()) {
    if (!nodes.has(target)) {
      problems.push(
        'Dead letters go to a flow that no sink reads: end it with .to(writer) and list it in the pipeline',
      );
    }
  }

  const { order, cycle } = sortSourcesFirst(nodes, senders);
  if (cycle !== undefined) {
    problems.push(`The graph has a cycle: ${cycle.map((id) => nodeName(nodes.get(id)!)).join(' -> ')}`);
    return { graph: { vertices: [] }, problems };
  }

  const drafts = new Map<symbol, Draft>();
  for (const [index, identity] of order.entries()) {
    const node = nodes.get(identity)!;
    drafts.set(identity, {
      index,
      name: '',
      node,
      policies: policiesOf(node),
      inputs: [],
      outputs: [],
      letters: carriesLetters(node),
    });
  }
  for (const draft of drafts.values()) {
    const inputs: { readonly from: symbol; readonly port: string }[] = draft.node.inputs.map(
      ({ node, port }) => ({
        from: node.identity,
        port,
      }),
    );
    for (const sender of new Set(senders.get(draft.node.identity)))
      inputs.push({ from: sender, port: 'letters' });
    for (const [input, { from, port }] of inputs.entries()) {
      const edge: GraphEdge = { from: drafts.get(from)!, port, to: draft, input };
      draft.inputs.push(edge);
      drafts.get(from)!.outputs.push(edge);
    }
  }
  problems.push(...nameVertices([...drafts.values()]));
  const vertices = [...drafts.values()].map((draft) => Object.freeze(draft));
  return { graph: Object.freeze({ vertices: Object.freeze(vertices) }), problems };
}

/** Nodes that run no code that could fail. */
const JOINS: ReadonlySet<GraphNode['kind']> = new Set(['letters', 'merge', 'concat', 'zip', 'merge-sorted']);

/** Whether all that can reach a node are dead letters. */
function carriesLetters({ kind, inputs }: GraphNode): boolean {
  return kind === 'letters' || (inputs.length > 0 && inputs.every(({ node }) => carriesLetters(node)));
}

function letterNode(
  target: Writer<DeadLetter> | object,
  known: Map<Writer<DeadLetter>, LettersNode>,
): LettersNode {
  const port = Reflect.get(target, PORT) as Port | undefined;
  if (port !== undefined) return port.node as LettersNode;
  const writer = target as Writer<DeadLetter>;
  const letters = known.get(writer) ?? createNode<LettersNode>({ kind: 'letters', inputs: [] });
  known.set(writer, letters);
  return letters;
}

/** Depth first from the sinks, so that the order follows the way the pipeline is written. */
function sortSourcesFirst(
  nodes: ReadonlyMap<symbol, GraphNode>,
  senders: ReadonlyMap<symbol, readonly symbol[]>,
): { readonly order: readonly symbol[]; readonly cycle?: readonly symbol[] } {
  const order: symbol[] = [];
  const state = new Map<symbol, 'open' | 'done'>();
  const path: symbol[] = [];
  let cycle: symbol[] | undefined;
  const visit = (identity: symbol): void => {
    if (cycle !== undefined || state.get(identity) === 'done') return;
    if (state.get(identity) === 'open') {
      cycle = [...path.slice(path.indexOf(identity)), identity].reverse();
      return;
    }
    state.set(identity, 'open');
    path.push(identity);
    for (const { node } of nodes.get(identity)!.inputs) visit(node.identity);
    for (const sender of senders.get(identity) ?? []) visit(sender);
    path.pop();
    state.set(identity, 'done');
    order.push(identity);
  };
  for (const [identity, node] of nodes) if (node.kind === 'sink') visit(identity);
  return cycle === undefined ? { order } : { order, cycle };
}

function nodeName(node: GraphNode): string {
  return node.name ?? kindName(node);
}

/** Gives each vertex its name: the user's, else one from the structure that stays the same from run to run. */
function nameVertices(drafts: readonly Draft[]): string[] {
  const problems: string[] = [];
  const taken = new Set<string>();
  for (const draft of drafts) {
    if (draft.node.name === undefined) continue;
    if (taken.has(draft.node.name)) problems.push(`The name "${draft.node.name}" is used for two nodes`);
    taken.add(draft.node.name);
    draft.name = draft.node.name;
  }
  for (const draft of drafts) {
    if (draft.node.name !== undefined) continue;
    const base = kindName(draft.node);
    let name = base;
    for (let number = 2; taken.has(name); number++) name = `${base}-${number}`;
    taken.add(name);
    draft.name = name;
  }
  return problems;
}
