import type { Attempt } from './attempt.ts';
import type { CheckpointedStage } from './checkpointed-stage.ts';

/** A checkpoint is there: what sinks have prepared counts from now on; what readers have given will not be asked for again. */
export async function confirmed(
  stages: readonly CheckpointedStage[],
  { id, positions }: Pick<Attempt, 'id' | 'positions'>,
): Promise<void> {
  await Promise.all(
    stages.map(async ({ sink, reader, nodes }) => {
      await sink?.commit(id);
      const position = positions.get(nodes[0]!);
      if (position !== undefined) await reader?.acknowledge(position);
    }),
  );
}
