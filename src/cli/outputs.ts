import { streamTarget } from '../io/memory/stream-target.ts';
import { Pipeline } from '../processing/graph/pipeline.ts';

/** Where a pipeline writes to. */
export interface Outputs {
  readonly stdout: boolean;
  /** Whether it also writes to files or streams. */
  readonly elsewhere: boolean;
}

export function outputsOf(pipeline: Pipeline): Outputs {
  const own: ReadonlySet<string> = new Set(['stdout:', streamTarget('writable', process.stdout)]);
  const targets = Pipeline.plan(pipeline).graph.vertices.flatMap(({ node }) =>
    node.kind === 'sink' && node.writer.target !== undefined ? [node.writer.target] : [],
  );
  return {
    stdout: targets.some((target) => own.has(target)),
    elsewhere: targets.some((target) => !own.has(target)),
  };
}
