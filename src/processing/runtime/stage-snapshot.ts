import type { Barrier } from '../../interfaces/signal.ts';
import type { Checkpointing, NodeSnapshot, StageSnapshot, StateBytes } from './checkpointing.ts';
import type { Edge } from './edge.ts';
import type { Port } from './port.ts';
import type { StageNode } from './stage-node.ts';

/** What there is to be told of a stage. */
export interface SnapshotParts {
  readonly nodes: readonly StageNode[];
  readonly ports: () => Iterable<Port>;
  readonly inputs: readonly Edge[];
}

/** What had come when a barrier did: more may come while it waits behind what the head holds. */
interface Arrived {
  readonly in: number;
  readonly received: ReadonlyMap<string, number>;
}

/** Tells what a stage was when a barrier went on behind it. */
export class StageSnapshots {
  readonly #parts: SnapshotParts;
  readonly #checkpoints: Checkpointing;
  readonly #arrived = new Map<number, Arrived>();

  constructor(parts: SnapshotParts, checkpoints: Checkpointing) {
    this.#parts = parts;
    this.#checkpoints = checkpoints;
  }

  /** A barrier has come in, and records behind it may come in before it goes on. */
  arrive({ id }: Barrier): void {
    const { nodes } = this.#parts;
    this.#arrived.set(id, { in: nodes[0]!.counters.in, received: this.#received() });
  }

  /**
   * What the stage is now, in front of the barrier; `remembered` is what its nodes remember.
   *
   * @throws MillraceError `ERR_SNAPSHOT` for what cannot be kept.
   */
  take({ id }: Barrier, remembered: ReadonlyMap<StageNode, unknown>): StageSnapshot {
    const arrived = this.#arrived.get(id);
    for (const earlier of this.#arrived.keys()) if (earlier <= id) this.#arrived.delete(earlier);
    return this.#taken(remembered, arrived);
  }

  /** What the stage was when it was over: nothing of it will be run again. */
  last(remembered: ReadonlyMap<StageNode, unknown>): StageSnapshot {
    return this.#taken(remembered, undefined);
  }

  #taken(remembered: ReadonlyMap<StageNode, unknown>, arrived: Arrived | undefined): StageSnapshot {
    const nodes = this.#parts.nodes.map((node, place): [string, NodeSnapshot] => {
      const counters = { ...node.counters };
      if (place === 0 && arrived !== undefined) counters.in = arrived.in;
      // What leaves a node enters the next of the same stage, and is counted there.
      const following = this.#parts.nodes[place + 1];
      if (following !== undefined) counters.out = following.counters.in;
      const budgets = node.failures.budgets;
      const state = this.#bytes(node, remembered);
      const files = this.#checkpoints.filesOf(node.name);
      return [
        node.name,
        {
          counters,
          files,
          ...(budgets !== undefined && { budgets }),
          ...(state !== undefined && { state }),
          ...(state !== undefined && node.stateVersion > 1 && { version: node.stateVersion }),
        },
      ];
    });
    const sent = [...this.#parts.ports()]
      .flatMap(({ edges }) => edges)
      .map(({ name, outlet }): [string, number] => [name, outlet.sent]);
    return { nodes: new Map(nodes), sent: new Map(sent), received: arrived?.received ?? this.#received() };
  }

  #bytes(node: StageNode, remembered: ReadonlyMap<StageNode, unknown>): StateBytes | undefined {
    const state = remembered.get(node);
    return state === undefined ? undefined : this.#checkpoints.encode(node.name, state);
  }

  #received(): ReadonlyMap<string, number> {
    return new Map(this.#parts.inputs.map(({ name, inlet }) => [name, inlet.received]));
  }
}
