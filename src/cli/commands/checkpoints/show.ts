import { usage } from '../../arguments.ts';
import { checkpointCommand, INSPECTING } from '../../checkpoints/checkpoint-command.ts';
import type { Arguments, Command } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';

/** Entries of each list and map of a state that are shown, if not told otherwise. */
const LIMIT = 1000;

/** `millrace checkpoints show`: what is in a checkpoint, and what a node remembered. */
export const show: Command = checkpointCommand({
  name: 'checkpoints show',
  doing: 'show a checkpoint',
  summary: 'Show the newest checkpoint that is whole, or the one of this number',
  argument: '<store> [id]',
  options: {
    state: { value: 'node', summary: 'What this node remembered, as JSON' },
    limit: {
      value: 'count',
      summary: `Entries of each list and map in it, and KiB of each text; ${LIMIT} by default, "all" with --json`,
    },
    ...INSPECTING,
    json: { summary: 'All of it as one JSON document on one line; errors too' },
  },
  notes: [
    'What JSON cannot say is an object with one key: {"$map":[["key","value"]]}, {"$set":[]}, {"$date":"…"}, {"$bigint":"12"}, {"$bytes":"base64"}, {"$number":"NaN"}, {"$undefined":true}. What is beyond the limit is {"$more":99000}.',
    'Of a run that is over there is what its nodes remembered at their end, up to 64 MiB together.',
  ],
  examples: [
    ['millrace checkpoints show ./state', 'the newest that is whole'],
    ['millrace checkpoints show ./state 42 --state totals', 'what "totals" remembered in checkpoint 42'],
    ['millrace checkpoints show ./state --state totals --json | jq .state', 'all of it, for another program'],
  ],
  async run({ given, terminal }) {
    const { storeOf, pipelineOf } = await import('../../checkpoints/targets.ts');
    const { oneCheckpoint } = await import('../../checkpoints/one-checkpoint.ts');
    const store = await storeOf(show, given);
    const id = numberGiven(given);
    const limit = limitGiven(given);
    const pipeline = await pipelineOf(show, store, given);
    const { checkpoint, bytes, warnings } = await oneCheckpoint(
      await store.inspect({ pipeline }),
      pipeline,
      id,
    );
    for (const why of warnings) terminal.say(`${terminal.paint('warning', 'warning')}: ${why}`);
    const node = given.value('state');
    if (node !== undefined) {
      const { statePieces } = await import('../../checkpoints/state-pieces.ts');
      await terminal.printAll(statePieces(checkpoint, node, { json: given.has('json'), limit }));
    } else if (given.has('json')) {
      const { legibleJson } = await import('../../checkpoints/legible-json.ts');
      const { checkpointDocument } = await import('../../checkpoints/checkpoint-document.ts');
      await terminal.printAll(legibleJson(checkpointDocument(checkpoint, bytes, store.label), { limit }));
      terminal.print('\n');
    } else {
      const { showText } = await import('../../checkpoints/show-text.ts');
      terminal.print(`${showText(checkpoint, bytes, store.label)}\n`);
    }
    return EXIT.done;
  },
});

function numberGiven({ positionals }: Arguments): number | undefined {
  const text = positionals[1];
  if (text === undefined) return undefined;
  const id = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(id)) return id;
  throw usage(show, `"${text}" is no number of a checkpoint`, 'See "millrace checkpoints list".');
}

function limitGiven(given: Arguments): number {
  const text = given.value('limit') ?? (given.has('json') ? 'all' : String(LIMIT));
  if (text === 'all') return Number.POSITIVE_INFINITY;
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw usage(show, `--limit ${text} is no count`, 'Write e.g. 100, or all.');
}
