import { MillraceError } from '../../core/errors.ts';
import type { Checkpoint } from '../../interfaces/checkpoint.ts';
import type { Beginnings } from '../runtime/beginnings.ts';
import type { EdgeSnapshot, RestoredNode } from '../runtime/checkpointing.ts';
import { NodeCounters } from '../runtime/counters.ts';
import { type GraphPrint, type Misfit, misfits, sameShape } from './graph-print.ts';
import type { RunManifest } from './run-manifest.ts';

/** What a run goes on with. */
export class RestoredRun {
  readonly checkpoint: Checkpoint;
  readonly manifest: RunManifest;
  /** Whether the counts go on: only where they are of the same nodes and edges. */
  readonly counted: boolean;
  readonly #nodes: ReadonlyMap<string, RunManifest['nodes'][number][1]>;
  readonly #edges: ReadonlyMap<string, EdgeSnapshot>;
  readonly #over: ReadonlySet<string>;
  readonly #dropped: ReadonlySet<string>;

  /**
   * `versions` says up to which version the states of the nodes are known.
   *
   * @throws MillraceError `ERR_CHECKPOINT` when the state of a node has no place in `graph`, `ERR_CHECKPOINT_VERSION` when
   *   it is of a later version; unless it may be `dropped`.
   */
  constructor(
    checkpoint: Checkpoint,
    graph: GraphPrint,
    dropped: readonly string[],
    versions: ReadonlyMap<string, number>,
  ) {
    this.checkpoint = checkpoint;
    this.manifest = checkpoint.manifest as RunManifest;
    const isKept = ({ node }: Misfit) => !dropped.includes(node);
    const gone = misfits(this.manifest.graph, graph, checkpoint.states.keys());
    if (gone.some(isKept)) throw unfit('ERR_CHECKPOINT', checkpoint, gone.filter(isKept));
    const later = tooLate(this.manifest, versions);
    if (later.some(isKept)) throw unfit('ERR_CHECKPOINT_VERSION', checkpoint, later.filter(isKept));
    this.#dropped = new Set([...gone, ...later].map(({ node }) => node));
    this.counted = sameShape(this.manifest.graph, graph);
    this.#nodes = new Map(this.manifest.nodes);
    this.#edges = new Map(this.manifest.edges);
    this.#over = new Set(this.manifest.over);
  }

  node(name: string): RestoredNode | undefined {
    const known = this.#nodes.get(name);
    if (known === undefined) return undefined;
    // What it has counted was counted by its neighbours, too, whatever it remembers.
    const state = this.#dropped.has(name) ? undefined : this.checkpoint.states.get(name);
    return {
      counters: this.counted ? known.counters : bytesOf(known.counters),
      budgets: known.budgets,
      state: state && { value: state.value(), version: known.version ?? 1 },
    };
  }

  edge(name: string): EdgeSnapshot | undefined {
    return this.counted ? this.#edges.get(name) : undefined;
  }

  /** Readers that were there begin as they would have; `given` is where those begin that are new. */
  beginnings(given: Beginnings): Beginnings {
    const known = new Set(this.manifest.graph.nodes.map(({ name }) => name));
    const before = (this.manifest.from ?? []).map(([reader, time]) => [reader, new Date(time)] as const);
    return new Map([...[...given].filter(([reader]) => !known.has(reader)), ...before]);
  }

  wasOver(nodes: readonly string[]): boolean {
    return nodes.every((node) => this.#over.has(node));
  }
}

/** Bytes go with the position, which stays where the graph has changed. */
function bytesOf({ bytesIn, bytesExpected }: Readonly<NodeCounters>): NodeCounters {
  return Object.assign(new NodeCounters(), { bytesIn, bytesExpected });
}

/** Nodes that remembered what is of a later version than is known. */
function tooLate({ nodes }: RunManifest, versions: ReadonlyMap<string, number>): readonly Misfit[] {
  return nodes.flatMap(([node, { version = 1 }]): Misfit[] => {
    const known = versions.get(node) ?? version;
    if (version <= known) return [];
    return [
      {
        node,
        why: `what "${node}" remembered is of version ${version}, and is known up to version ${known}`,
      },
    ];
  });
}

function unfit(
  code: 'ERR_CHECKPOINT' | 'ERR_CHECKPOINT_VERSION',
  { id, pipeline, millrace }: Checkpoint,
  found: readonly Misfit[],
): MillraceError {
  const nodes = found.map(({ node }) => node);
  const first =
    code === 'ERR_CHECKPOINT'
      ? 'Give the node its old name by .as(name)'
      : `Use the operator that wrote it, or millrace ${millrace} where that is its own`;
  return new MillraceError(
    code,
    `Cannot go on with "${pipeline}" from checkpoint ${id}: ${found.map(({ why }) => why).join('; ')}`,
    {
      hint: `${first}, let its state go (allowDroppedState: ${JSON.stringify(nodes)}), or begin anew (fresh: true).`,
      details: { nodes },
    },
  );
}
