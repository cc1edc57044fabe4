import type { AsyncOptions } from '../../interfaces/operator.ts';
import type { Reader } from '../../interfaces/reader.ts';
import type { SettingsDescription } from '../graph/describe.ts';
import type { Graph, GraphEdge, Vertex } from '../graph/graph.ts';

/** How a stage gets its records. */
export type HeadKind =
  | 'read'
  | 'receive'
  | 'async'
  | 'duplex'
  | 'merge'
  | 'concat'
  | 'zip'
  | 'merge-sorted'
  | 'write';

/** A stage: one head, then synchronous operators fused into one function, then perhaps a split. */
export interface Stage {
  /** Counted from 1, in the order of the graph. */
  readonly id: number;
  readonly head: HeadKind;
  /** The node the head runs; absent for `receive`, whose first node is the first fused operator. */
  readonly vertex?: Vertex;
  /** How an `async` head works. */
  readonly async?: AsyncOptions;
  readonly fused: readonly Vertex[];
  /** The reader of a `read` head that makes only the fields that the first fused operator selects, if it can. */
  readonly narrowed?: { readonly reader: Reader<unknown>; readonly fields: readonly string[] };
  /** Sends each record to one of its ports; absent when all goes out of one. */
  readonly split?: Vertex;
  /** Why the stage is as it is, for `explain`. */
  readonly reasons: readonly string[];
}

/** What joins two stages: bounded, counted in batches. */
export interface StageEdge {
  readonly from: Stage['id'];
  readonly to: Stage['id'];
  /** The edge of the graph it carries. */
  readonly edge: GraphEdge;
  /** Batches that wait on it at the most. */
  readonly capacity: number;
}

/** What a run may keep state in. */
export interface StateLimits {
  /** Bytes of memory. */
  readonly memory?: number | undefined;
  /** The folder for what has no room there; `false` for none. */
  readonly spill?: string | false | undefined;
}

export interface Plan {
  readonly graph: Graph;
  readonly stages: readonly Stage[];
  readonly edges: readonly StageEdge[];
  /** What a run may keep state in, where the pipeline says so. */
  readonly state?: StateLimits;
  /** What holds for the whole of the pipeline, as descriptions tell it. */
  readonly settings?: SettingsDescription;
  /** Throws for a path that readers and writers must not open. */
  readonly checkPath?: ((path: string) => void) | undefined;
}

/** What a plan has that is not made of the graph: of a pipeline that is made of another, it stays. */
export function ofPipeline({
  state,
  settings,
  checkPath,
}: Plan): Pick<Plan, 'state' | 'settings' | 'checkPath'> {
  return { ...(state && { state }), ...(settings && { settings }), ...(checkPath && { checkPath }) };
}

/** All nodes that a stage runs, in order. */
export function stageVertices(stage: Stage): readonly Vertex[] {
  return [
    ...(stage.vertex === undefined ? [] : [stage.vertex]),
    ...stage.fused,
    ...(stage.split === undefined ? [] : [stage.split]),
  ];
}

/** The last node of a stage: what leaves the stage leaves from it. */
export function lastVertex(stage: Stage): Vertex {
  return stageVertices(stage).at(-1)!;
}
