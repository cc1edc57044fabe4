import { COMMON_OPTIONS, type Command, MODULE_OPTIONS } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { loadPipeline } from '../module/load-pipeline.ts';
import { jsonLine } from '../terminal/error-text.ts';
import { countOf } from '../terminal/figures.ts';
import { findingText } from '../terminal/finding-text.ts';
import { guaranteeText } from '../terminal/guarantee-text.ts';

/** `millrace check`: builds a pipeline, which checks it, and looks for what is most likely not meant; opens and runs nothing. */
export const check: Command = Object.freeze({
  name: 'check',
  summary: 'Check a pipeline, all problems at once, without running it; say what it guarantees',
  argument: '<module>',
  options: {
    ...MODULE_OPTIONS,
    strict: { summary: 'Fail on warnings, too: exit code 2' },
    ...COMMON_OPTIONS,
  },
  notes: [
    'Rules: never-emits is an error; call-without-policy, call-without-timeout, unbounded-state, unused-parameter and deprecated are warnings; reader-without-policy is a note. A file turns one off by "lint: { unbounded-state: off }", or for some nodes by a list of their names.',
  ],
  async run(invocation) {
    const { terminal, given } = invocation;
    const loaded = await loadPipeline(check, invocation);
    const { pipeline, plan, lint } = loaded;
    const { lintGraph } = await import('../../processing/lint/lint-graph.ts');
    const findings = [...(lint?.findings ?? []), ...lintGraph(plan.graph)].filter(
      (finding) => lint?.silences(finding) !== true,
    );
    const notes = lint?.silences({ rule: 'deprecated' }) ? [] : loaded.notes;
    const nodes = plan.graph.vertices.length;
    const stages = plan.stages.length;
    const guarantees = pipeline.guarantees();
    const failed =
      findings.some(({ severity }) => severity === 'error') ||
      (given.has('strict') && (notes.length > 0 || findings.some(({ severity }) => severity === 'warning')));
    if (given.has('json')) {
      const told = notes.map(({ document }) => document);
      const { name } = pipeline;
      terminal.print(
        jsonLine({ pipeline: name, valid: !failed, nodes, stages, guarantees, findings, notes: told }),
      );
    } else {
      const headline = `${pipeline.name} is ${failed ? 'not ' : ''}sound: ${countOf(nodes, 'node')} in ${countOf(stages, 'stage')}`;
      const texts = [...findings.map(findingText), ...notes.map(({ text }) => `${text}\n`)];
      terminal.print(
        `${headline}\n${guaranteeText(guarantees)}\n${texts.map((text) => `\n${text}`).join('')}`,
      );
    }
    return failed ? EXIT.wrong : EXIT.done;
  },
} satisfies Command);
