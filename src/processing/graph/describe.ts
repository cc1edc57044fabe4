import type { Policy } from '../../interfaces/policy.ts';
import type { Graph, Vertex } from './graph.ts';
import { nodeLabel, nodeSite, type Written } from './node.ts';

/** A graph as plain JSON: the same for the same pipeline, whenever and wherever it is described. */
export interface GraphDescription {
  readonly version: 1;
  readonly name: string;
  readonly nodes: readonly NodeDescription[];
  readonly edges: readonly EdgeDescription[];
  /** What holds for the whole of it, as it was written; absent where nothing is said. */
  readonly settings?: SettingsDescription;
}

/** What holds for the whole of a pipeline: of one that code makes, its options; of a file, also how it is run. */
export interface SettingsDescription {
  /** What a file says that it is for. */
  readonly description?: string;
  readonly edgeCapacity?: number;
  readonly memory?: number | string;
  readonly spill?: false | { readonly folder?: string };
  /** The checkpoints that a file asks for. Those of code are options of its runs, and no part of the pipeline. */
  readonly checkpoint?: Readonly<Record<string, unknown>>;
  /** The rules of `millrace check` that a file silences. */
  readonly lint?: Readonly<Record<string, unknown>>;
  /** The parameters that these refer to. */
  readonly params?: Written['params'];
}

export interface NodeDescription {
  readonly name: string;
  readonly kind: Vertex['node']['kind'];
  readonly label: string;
  /** Where the user's code for it stands. */
  readonly site?: string;
  /** The component that it was made by, and its options, where a pipeline was written as plain data. */
  readonly component?: string;
  readonly options?: unknown;
  /** The parameters that its expressions use. */
  readonly params?: Written['params'];
  readonly onError?: readonly PolicyDescription[];
}

export type PolicyDescription = { readonly policy: Policy['kind'] } & Readonly<Record<string, unknown>>;

export interface EdgeDescription {
  readonly from: string;
  /** `out`, a split's route, or `letters`. */
  readonly port: string;
  readonly to: string;
}

export function describeGraph(name: string, graph: Graph, settings?: SettingsDescription): GraphDescription {
  return {
    version: 1,
    name,
    nodes: graph.vertices.map(describeVertex),
    edges: graph.vertices.flatMap((vertex) =>
      vertex.inputs.map(({ from, port, to }) => ({ from: from.name, port, to: to.name })),
    ),
    ...(settings !== undefined && { settings }),
  };
}

function describeVertex({ name, node, policies }: Vertex): NodeDescription {
  const site = nodeSite(node);
  return {
    name,
    kind: node.kind,
    label: nodeLabel(node),
    ...(site === undefined ? {} : { site }),
    ...node.written,
    ...(policies.length === 0 ? {} : { onError: policies.map(describePolicy) }),
  };
}

function describePolicy(policy: Policy): PolicyDescription {
  const budget = 'budget' in policy && policy.budget !== undefined ? { budget: policy.budget } : {};
  if (policy.kind !== 'retry') return { policy: policy.kind, ...budget };
  return {
    policy: 'retry',
    attempts: policy.attempts,
    backoff: `${policy.backoff.first}ms..${policy.backoff.most}ms`,
    ...budget,
  };
}
