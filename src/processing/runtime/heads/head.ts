import type { Body } from '../body.ts';
import type { RunContext } from '../run-context.ts';
import type { StageNode } from '../stage-node.ts';
import type { Receiver } from '../streams.ts';

/** How a stage gets its records: what stands before its body. */
export interface Head {
  /** One for each edge that leads in. */
  readonly receivers: readonly Receiver[];
  /** Something downstream asks for data for the first time. */
  demanded?(): void;
  /** Stop reading, as if the input were over. */
  halt?(): void;
  /** The body wants no more: let go of the input. */
  over?(): void;
  /** The run is over for another reason: free what is held. */
  destroy?(cause: unknown): void | Promise<void>;
  /** What it remembers when a barrier goes on behind it; absent where it remembers nothing. */
  remembered?(): unknown;
  /** Records that it holds, where it is to give one for each; absent where nobody can tell. */
  readonly held?: number;
  /** What it waits for while it is at work, in words; for the watchdog. */
  readonly waitingFor: string;
}

export interface HeadParts {
  readonly run: RunContext;
  readonly body: Body;
  readonly node: StageNode;
}
