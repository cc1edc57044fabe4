import type { Summary } from '../../interfaces/run.ts';
import type { EdgeSnapshot, NodeSnapshot } from '../runtime/checkpointing.ts';
import type { GraphPrint } from './graph-print.ts';

/** What a checkpoint has of a file beside it: the first bytes, and the CRC-32 of these. */
export type FilePrint = readonly [name: string, bytes: number, checksum: number];

/** What a checkpoint says of the run, beside the states of the nodes. Lists of pairs: names are data. */
export interface RunManifest {
  readonly graph: GraphPrint;
  readonly nodes: readonly (readonly [
    name: string,
    counts: Pick<NodeSnapshot, 'counters' | 'budgets' | 'version'>,
  ])[];
  readonly edges: readonly (readonly [name: string, counts: EdgeSnapshot])[];
  /** Nodes of stages that have nothing more to do. */
  readonly over: readonly string[];
  /** Names of the files beside it that the states tell of; absent where there are none. */
  readonly files?: readonly string[];
  /** What was in them; absent of those that a run of an earlier version has made. */
  readonly prints?: readonly FilePrint[];
  /** Where readers began that were told to, in milliseconds since 1970; absent where none was. */
  readonly from?: readonly (readonly [reader: string, time: number])[];
  /** Runs that have worked on it. */
  readonly runs: number;
  /** When the first of them began, ISO 8601. */
  readonly started: string;
  /** Milliseconds that they took together. */
  readonly elapsedMs: number;
  /** What the run came to: all output has been published, and nothing is left to do. */
  readonly summary?: Summary;
  /** With it: nodes of which it is not kept what they remembered in the end. */
  readonly withheld?: readonly string[];
}
