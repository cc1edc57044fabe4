import { usage } from '../../arguments.ts';
import { CHANGING, checkpointCommand } from '../../checkpoints/checkpoint-command.ts';
import type { Arguments, Command } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';

/** `millrace checkpoints prune`: removes older checkpoints. */
export const prune: Command = checkpointCommand({
  name: 'checkpoints prune',
  doing: 'prune checkpoints',
  summary: 'Remove all checkpoints of a pipeline but the newest ones; not while a run uses them',
  argument: '<store>',
  options: {
    keep: { value: 'count', summary: 'How many stay; the newest that is whole stays in any case' },
    ...CHANGING,
  },
  examples: [['millrace checkpoints prune ./state --keep 1', 'keep what the next run goes on from']],
  async run({ given, terminal }) {
    const keep = keepGiven(given);
    const { storeOf, pipelineOf } = await import('../../checkpoints/targets.ts');
    const { pruneCheckpoints } = await import('../../checkpoints/removal.ts');
    const { removedText } = await import('../../checkpoints/removed-text.ts');
    const { jsonLine } = await import('../../terminal/error-text.ts');
    const store = await storeOf(prune, given);
    const pipeline = await pipelineOf(prune, store, given);
    const done = await pruneCheckpoints({ store, pipeline, takeOver: given.has('take-over') }, keep);
    if (given.has('json')) terminal.print(jsonLine({ store: store.label, pipeline, ...done }));
    else terminal.print(`${removedText(pipeline, store.label, done)}\n`);
    return EXIT.done;
  },
});

function keepGiven(given: Arguments): number {
  const text = given.value('keep');
  if (text !== undefined && /^[1-9]\d{0,8}$/.test(text)) return Number(text);
  const found = text === undefined ? 'it is not said how many stay' : `--keep ${text} is no number from 1`;
  throw usage(prune, found, 'Write e.g. --keep 1; "millrace checkpoints reset" removes all.');
}
