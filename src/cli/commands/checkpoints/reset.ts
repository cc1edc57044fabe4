import { usage } from '../../arguments.ts';
import { CHANGING, checkpointCommand } from '../../checkpoints/checkpoint-command.ts';
import type { Command } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';
import { countOf } from '../../terminal/figures.ts';

/** `millrace checkpoints reset`: removes all checkpoints of a pipeline. */
export const reset: Command = checkpointCommand({
  name: 'checkpoints reset',
  doing: 'reset checkpoints',
  summary: 'Remove all checkpoints of a pipeline, so that its next run begins at the beginning',
  argument: '<store>',
  options: { yes: { summary: 'They may go' }, ...CHANGING },
  notes: [
    'What a run that was not over has written stays under its temporary names. "millrace run --fresh" begins anew, too, and keeps the numbers going on.',
  ],
  examples: [
    ['millrace checkpoints reset ./state --pipeline orders --yes', 'those of one pipeline of several'],
  ],
  async run({ given, terminal }) {
    const { storeOf, pipelineOf } = await import('../../checkpoints/targets.ts');
    const { removeCheckpoints } = await import('../../checkpoints/removal.ts');
    const { removedText } = await import('../../checkpoints/removed-text.ts');
    const { jsonLine } = await import('../../terminal/error-text.ts');
    const store = await storeOf(reset, given);
    const pipeline = await pipelineOf(reset, store, given);
    if (!given.has('yes')) {
      const entries = await (await store.inspect({ pipeline })).list();
      throw usage(
        reset,
        `${countOf(entries.length, 'checkpoint')} of "${pipeline}" in ${store.label} would go for good`,
        'Add --yes to remove them: the next run begins at the beginning.',
      );
    }
    const done = await removeCheckpoints({ store, pipeline, takeOver: given.has('take-over') });
    if (given.has('json')) terminal.print(jsonLine({ store: store.label, pipeline, ...done }));
    else terminal.print(`${removedText(pipeline, store.label, done)}\n`);
    return EXIT.done;
  },
});
