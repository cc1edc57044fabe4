import { checkpointCommand, INSPECTING } from '../../checkpoints/checkpoint-command.ts';
import type { Command } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';

/** `millrace checkpoints verify`: reads checkpoints and the files beside them to the last byte, and makes every state a value. */
export const verify: Command = checkpointCommand({
  name: 'checkpoints verify',
  doing: 'verify checkpoints',
  summary: 'Check every byte, also of files beside them; exit 1 when one is damaged',
  argument: '<store>',
  options: INSPECTING,
  notes: [
    'It takes the memory of the largest checkpoint, with its largest state as a value.',
    'Files beside checkpoints are read piece by piece, about a second for a GB.',
  ],
  examples: [
    ['millrace checkpoints verify ./state', 'the checkpoints of all pipelines that have some there'],
  ],
  async run({ given, terminal }) {
    const { storeOf, noneThere, pipelinesOf } = await import('../../checkpoints/targets.ts');
    const { verified, verifiedText, verdictText } = await import('../../checkpoints/verified.ts');
    const { jsonLine } = await import('../../terminal/error-text.ts');
    const store = await storeOf(verify, given);
    const pipelines = await pipelinesOf(verify, store, given);
    if (pipelines.length === 0) throw noneThere(verify, store);
    const json = given.has('json');
    const all = [];
    for (const pipeline of pipelines) {
      for await (const one of verified(await store.inspect({ pipeline }), pipeline)) {
        all.push(one);
        if (!json) terminal.print(`${verifiedText(one)}\n`);
      }
    }
    const whole = all.every(({ problem }) => problem === undefined);
    if (json) terminal.print(jsonLine({ store: store.label, whole, checkpoints: all }));
    else terminal.say(terminal.paint(whole ? 'good' : 'error', verdictText(all, store.label)));
    return whole ? EXIT.done : EXIT.failed;
  },
});
