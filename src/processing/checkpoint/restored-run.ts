import { MillraceError } from '../../core/errors.ts';
import type { Checkpoint } from '../../interfaces/checkpoint.ts';
import type { Beginnings } from '../runtime/beginnings.ts';
import type { EdgeSnapshot, RestoredNode } from '../runtime/checkpointing.ts';
import { NodeCounters } from '../runtime/counters.ts';
import { type GraphPrint, misfits, sameShape } from './graph-print.ts';
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
   * @throws MillraceError `ERR_CHECKPOINT` when the state of a node has no place in `graph`, and may not be `dropped`.
   */
  constructor(checkpoint: Checkpoint, graph: GraphPrint, dropped: readonly string[]) {
    this.checkpoint = checkpoint;
    this.manifest = checkpoint.manifest as RunManifest;
    const found = misfits(this.manifest.graph, graph, checkpoint.states.keys());
    const kept = found.filter(({ node }) => !dropped.includes(node));
    if (kept.length > 0) throw unfit(checkpoint, kept);
    this.#dropped = new Set(found.map(({ node }) => node));
    this.counted = sameShape(this.manifest.graph, graph);
    this.#nodes = new Map(this.manifest.nodes);
    this.#edges = new Map(this.manifest.edges);
    this.#over = new Set(this.manifest.over);
  }

  node(name: string): RestoredNode | undefined {
    const known = this.#nodes.get(name);
    if (known === undefined || this.#dropped.has(name)) return undefined;
    const state = this.checkpoint.states.get(name);
    return {
      counters: this.counted ? known.counters : bytesOf(known.counters),
      budgets: known.budgets,
      state: state && { value: state.value() },
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

function unfit(
  { id, pipeline }: Checkpoint,
  found: readonly { readonly node: string; readonly why: string }[],
): MillraceError {
  return new MillraceError(
    'ERR_CHECKPOINT',
    `Cannot go on with "${pipeline}" from checkpoint ${id}: ${found.map(({ why }) => why).join('; ')}`,
    {
      hint: `Give the node its old name by .as(name), let its state go (allowDroppedState: ${JSON.stringify(found.map(({ node }) => node))}), or begin anew (fresh: true).`,
      details: { nodes: found.map(({ node }) => node) },
    },
  );
}
