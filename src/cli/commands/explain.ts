import { type Plan, stageVertices } from '../../processing/plan/plan.ts';
import { COMMON_OPTIONS, type Command, MODULE_OPTIONS } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { loadPipeline } from '../module/load-pipeline.ts';
import { jsonLine } from '../terminal/error-text.ts';
import { guaranteeText } from '../terminal/guarantee-text.ts';

/** `millrace explain`: the plan of a pipeline, and what it promises in runs with checkpoints. */
export const explain: Command = Object.freeze({
  name: 'explain',
  summary: 'Show the plan: stages, what is fused and why, capacities; and what it guarantees',
  argument: '<module>',
  options: { ...MODULE_OPTIONS, ...COMMON_OPTIONS },
  async run(invocation) {
    const { pipeline, plan } = await loadPipeline(explain, invocation);
    const guarantees = pipeline.guarantees();
    const text = invocation.given.has('json')
      ? jsonLine({ ...planDocument(pipeline.name, plan), guarantees })
      : `${pipeline.explain()}\n${guaranteeText(guarantees)}\n`;
    invocation.terminal.print(text);
    return EXIT.done;
  },
} satisfies Command);

function planDocument(pipeline: string, { stages, edges }: Plan): object {
  return {
    pipeline,
    stages: stages.map((stage) => ({
      id: stage.id,
      head: stage.head,
      nodes: stageVertices(stage).map(({ name }) => name),
      reasons: stage.reasons,
    })),
    edges: edges.map(({ from, to, edge, capacity }) => ({ from, to, port: edge.port, capacity })),
  };
}
