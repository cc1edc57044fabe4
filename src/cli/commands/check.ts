import { COMMON_OPTIONS, type Command, MODULE_OPTIONS } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { loadPipeline } from '../module/load-pipeline.ts';
import { jsonLine } from '../terminal/error-text.ts';
import { countOf } from '../terminal/figures.ts';
import { guaranteeText } from '../terminal/guarantee-text.ts';

/** `millrace check`: builds a pipeline, which checks it; opens and runs nothing. */
export const check: Command = Object.freeze({
  name: 'check',
  summary: 'Check a pipeline, all problems at once, without running it; say what it guarantees',
  argument: '<module>',
  options: { ...MODULE_OPTIONS, ...COMMON_OPTIONS },
  async run(invocation) {
    const { pipeline, plan, notes } = await loadPipeline(check, invocation);
    const nodes = plan.graph.vertices.length;
    const stages = plan.stages.length;
    const guarantees = pipeline.guarantees();
    invocation.terminal.print(
      invocation.given.has('json')
        ? jsonLine({
            pipeline: pipeline.name,
            valid: true,
            nodes,
            stages,
            guarantees,
            notes: notes.map(({ document }) => document),
          })
        : `${pipeline.name} is sound: ${countOf(nodes, 'node')} in ${countOf(stages, 'stage')}\n${guaranteeText(guarantees)}\n${notes.map(({ text }) => `\n${text}\n`).join('')}`,
    );
    return EXIT.done;
  },
} satisfies Command);
