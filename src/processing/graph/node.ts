import { MillraceError } from '../../core/errors.ts';
import type { Operator } from '../../interfaces/operator.ts';
import type { OnError } from '../../interfaces/policy.ts';
import type { Reader } from '../../interfaces/reader.ts';
import type { Writer } from '../../interfaces/writer.ts';
import type { SortOrder } from '../sorting/sort-order.ts';

/** One output of a node: what a flow is a handle to. */
export interface Port {
  readonly node: GraphNode;
  /** `out`, or the name of a split's route. */
  readonly port: string;
}

/** Under which a flow keeps its port: for the graph's own modules. */
export const PORT: unique symbol = Symbol('port');

interface NodeBase {
  /** The same for all copies of a node that `as` made: the graph holds it once. */
  readonly identity: symbol;
  /** The name the user gave. */
  readonly name?: string;
  readonly inputs: readonly Port[];
  /** What it was made of, where that is plain data. */
  readonly written?: Written;
  /** Where it was written, in a file of plain data. */
  readonly place?: string;
}

/** What a node was made of, as plain data says it. */
export interface Written {
  /** The name of the component; of the node's kind where it is none. */
  readonly component: string;
  readonly options: unknown;
  /** The parameters that its expressions use: their values, or that they are secret. */
  readonly params?: Readonly<Record<string, { readonly value?: unknown; readonly secret?: boolean }>>;
}

export interface ReaderNode extends NodeBase {
  readonly kind: 'reader';
  readonly reader: Reader<unknown>;
}

export interface OperatorNode extends NodeBase {
  readonly kind: 'operator';
  readonly operator: Operator<unknown, unknown>;
}

export interface Route {
  readonly name: string;
  /** Absent for the route that takes what no other did. */
  readonly matches?: (record: unknown) => unknown;
}

export interface SplitNode extends NodeBase {
  readonly kind: 'split';
  readonly routes: readonly Route[];
  readonly onError?: OnError;
  readonly site?: string;
}

/** A node with many inputs. */
export interface JoinNode extends NodeBase {
  readonly kind: 'merge' | 'concat' | 'zip' | 'merge-sorted';
  /** What the inputs of a `merge-sorted` are sorted by. */
  readonly order?: SortOrder<unknown>;
}

/** Where dead letters enter the graph; what sends to it are policies, not its inputs. */
export interface LettersNode extends NodeBase {
  readonly kind: 'letters';
}

export interface SinkNode extends NodeBase {
  readonly kind: 'sink';
  readonly writer: Writer<unknown>;
}

/** A frozen node of the graph: it knows what it reads from, not what reads from it. */
export type GraphNode = ReaderNode | OperatorNode | SplitNode | JoinNode | LettersNode | SinkNode;

type WithoutIdentity<N> = N extends unknown ? Omit<N, 'identity'> : never;

export function createNode<N extends GraphNode>(node: WithoutIdentity<N>): N {
  return Object.freeze({
    ...node,
    inputs: Object.freeze([...node.inputs]),
    identity: Symbol(node.kind),
  }) as unknown as N;
}

/**
 * The same node under a name.
 *
 * @throws MillraceError `ERR_OPTIONS` for an empty one.
 */
export function renameNode<N extends GraphNode>(node: N, name: string): N {
  if (typeof name !== 'string' || name.trim() === '') {
    throw new MillraceError('ERR_OPTIONS', 'Cannot name a node: the name is empty');
  }
  return Object.freeze({ ...node, name }) as unknown as N;
}

/** The same node, which tells what it was made of, and where that is written. */
export function noteNode<N extends GraphNode>(node: N, place: string, written?: Written): N {
  return Object.freeze({ ...node, place, ...(written !== undefined && { written }) }) as unknown as N;
}

/** What the node is called when the user gave it no name. */
export function kindName(node: GraphNode): string {
  switch (node.kind) {
    case 'reader':
      return node.reader.name;
    case 'operator':
      return node.operator.name;
    case 'sink':
      return node.writer.name;
    case 'letters':
      return 'dead-letters';
    default:
      return node.kind;
  }
}

/** The node in one line: its name with what it works on. */
export function nodeLabel(node: GraphNode): string {
  switch (node.kind) {
    case 'reader':
      return node.reader.label;
    case 'operator':
      return node.operator.detail === undefined
        ? node.operator.name
        : `${node.operator.name} ${node.operator.detail}`;
    case 'sink':
      return node.writer.label;
    case 'split':
      return `split ${node.routes.map((route) => route.name).join(' | ')}`;
    case 'letters':
      return 'dead letters';
    case 'merge-sorted':
      return node.order?.detail === undefined ? node.kind : `${node.kind} ${node.order.detail}`;
    default:
      return node.kind;
  }
}

/** Where the user's code for the node stands, e.g. `orders.ts:12`. */
export function nodeSite(node: GraphNode): string | undefined {
  if (node.place !== undefined) return node.place;
  if (node.kind === 'operator') return node.operator.site;
  return node.kind === 'split' ? node.site : undefined;
}

/** The version of what a node remembers: what is no operator looks at that itself. */
export function stateVersionOf(node: GraphNode): number {
  return node.kind === 'operator' ? (node.operator.stateVersion ?? 1) : 1;
}

/** The policies that the user set on the node itself. */
export function ownPolicies(node: GraphNode): OnError | undefined {
  switch (node.kind) {
    case 'reader':
      return node.reader.onError;
    case 'operator':
      return node.operator.onError;
    case 'split':
      return node.onError;
    case 'sink':
      return node.writer.onError;
    default:
      return undefined;
  }
}
