import type { EdgeSnapshot, StageSnapshot, StateBytes } from '../runtime/checkpointing.ts';
import type { Attempt } from './attempt.ts';
import type { CheckpointedStage } from './checkpointed-stage.ts';
import type { RunManifest } from './run-manifest.ts';

/** What the stages told of a checkpoint, put together. */
export interface Gathered extends Pick<RunManifest, 'nodes' | 'edges' | 'over'> {
  readonly files: readonly string[];
  readonly states: readonly (readonly [name: string, bytes: StateBytes])[];
}

/**
 * Puts together what the stages were: at the barrier, or, where none has passed, at their end. Those to which nothing has
 * come yet are what they were in the run that this one goes on with, if they were anything.
 */
export function gather(
  stages: readonly CheckpointedStage[],
  { passed, positions }: Pick<Attempt, 'passed' | 'positions'>,
  encode: (position: unknown) => StateBytes,
): Gathered {
  const nodes: [string, Gathered['nodes'][number][1]][] = [];
  const states: [string, StateBytes][] = [];
  const over: string[] = [];
  const files: string[] = [];
  const sent = new Map<string, number>();
  const received = new Map<string, number>();
  for (const stage of stages) {
    const snapshot: StageSnapshot | undefined =
      passed.get(stage.id) ?? (stage.over ? stage.last() : stage.before());
    if (snapshot === undefined) continue;
    if (stage.over && !passed.has(stage.id)) over.push(...stage.nodes);
    for (const [name, { counters, budgets, state, version, files: kept }] of snapshot.nodes) {
      const versioned = version !== undefined && { version };
      nodes.push([name, { counters, ...(budgets !== undefined && { budgets }), ...versioned }]);
      if (state !== undefined) states.push([name, state]);
      files.push(...kept);
    }
    const [first] = stage.nodes;
    if (positions.has(first!)) states.push([first!, encode(positions.get(first!))]);
    for (const [name, count] of snapshot.sent) sent.set(name, count);
    for (const [name, count] of snapshot.received) received.set(name, count);
  }
  const edges = [...sent].map(([name, count]): [string, EdgeSnapshot] => [
    name,
    { sent: count, received: received.get(name) ?? 0 },
  ]);
  return { nodes, edges, over, files, states };
}
