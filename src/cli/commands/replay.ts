import { usage } from '../arguments.ts';
import { type Arguments, COMMON_OPTIONS, type Command, type Invocation, MODULE_OPTIONS } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { loadParameterHelp, loadPipeline } from '../module/load-pipeline.ts';
import type { LetterInput } from '../replay/letter-input.ts';
import type { OutputWay } from '../replay/replay-outputs.ts';
import { jsonLine } from '../terminal/error-text.ts';

/** `millrace replay`: dead letters go back in at the nodes that refused them. */
export const replay: Command = Object.freeze({
  name: 'replay',
  summary: 'Let dead letters go back into a pipeline, at the nodes that refused them',
  argument: '<module> <letters…>',
  maxArguments: Number.POSITIVE_INFINITY,
  options: {
    ...MODULE_OPTIONS,
    append: { summary: 'Add to output files that are there' },
    'output-suffix': {
      value: 'text',
      summary: 'Write other files: with .again, large.again.ndjson beside large.ndjson',
    },
    overwrite: { summary: 'Replace output files that are there' },
    rejects: {
      value: 'file',
      summary: 'Where what is refused again goes, as NDJSON; by default as in a run',
    },
    read: {
      value: 'reader',
      repeatable: true,
      summary: 'Read this reader, too, as in a run: for joins that need it',
    },
    from: { value: 'format', summary: 'What the letters are: ndjson (the default), json' },
    'dry-run': { summary: 'Say what would go where, and run nothing' },
    quiet: { short: 'q', summary: 'Say nothing but errors' },
    ...COMMON_OPTIONS,
  },
  examples: [
    ['millrace replay orders.ts rejects.ndjson --dry-run', 'which nodes they go back to'],
    [
      'millrace replay orders.ts rejects.ndjson --append --rejects again.ndjson',
      'add what is sound now to the outputs',
    ],
    [
      'zcat rejects-*.ndjson.gz | millrace replay orders.ts - --output-suffix .again',
      'write beside the outputs',
    ],
  ],
  notes: [
    'Records enter where they were refused, and go on from there; readers are not read, and what came before a node is not done again. The policies of the node still hold. The file of letters stays as it is; records in it may be mended before.',
    'Letters of readers have no record to go back in: they are counted and listed, and the exit code is 1.',
    'Exit codes: 0 all letters went back in; 1 some could not, or the run failed; 2 wrong usage; 130, 143 after a signal.',
  ],
  moduleHelp: (invocation) => loadParameterHelp(replay, invocation),
  async run(invocation) {
    const { given } = invocation;
    const way = outputWay(given);
    const { letterInput } = await import('../replay/letter-input.ts');
    if (given.argument === undefined) await loadPipeline(replay, invocation);
    const input = await letterInput(replay, given);
    try {
      return await replayLetters(input, way, invocation);
    } finally {
      await input.remove();
    }
  },
} satisfies Command);

async function replayLetters(input: LetterInput, way: OutputWay, invocation: Invocation): Promise<number> {
  const { given, terminal, faults } = invocation;
  const { pipeline, plugins } = await loadPipeline(replay, invocation);
  const { LetterCount } = await import('../replay/letter-count.ts');
  const { readRecords } = await import('../files/read-records.ts');
  const { sortedText, sortLetters } = await import('../replay/replayed.ts');
  const { forgetfulNodes, replayPipeline } = await import('../../processing/graph/replay.ts');
  const { letterRecords } = await import('../../processing/graph/letter-records.ts');
  const { ndjsonWriter } = await import('../../io/formats/ndjson/ndjson-writer.ts');
  const { withOutputs } = await import('../replay/replay-outputs.ts');

  const count = new LetterCount(input.stdin);
  if (!(await readRecords(await input.open(), count.take, 'replay', invocation))) return EXIT.failed;
  const sorted = sortLetters(pipeline, count);
  const [json, quiet] = [given.has('json'), given.has('quiet')];
  const say = (text: string) => {
    if (!quiet && !json) terminal.say(text);
  };
  if (sorted.letters === 0) say('there are no dead letters');
  const code = sorted.left.length > 0 ? EXIT.failed : EXIT.done;
  const entries: Record<string, ReturnType<typeof letterRecords>> = {};
  for (const { node } of sorted.replayed) entries[node] = letterRecords(await input.open(), node);
  const rejects = given.value('rejects');
  const part = replayPipeline(pipeline, {
    entries,
    read: sorted.replayed.length === 0 ? [] : given.values('read'),
    ...(rejects !== undefined && { letters: ndjsonWriter(rejects) }),
  });
  const forgetful = forgetfulNodes(part);
  const dry = given.has('dry-run');
  const { fileIds } = await import('../replay/letter-files.ts');
  const read = await fileIds(count.files, input.stdin !== undefined);
  const made = dry || sorted.replayed.length === 0 ? part : await withOutputs(replay, part, way, read);
  // Letters that stay behind are told in any case.
  if (!json && sorted.letters > 0 && (dry || sorted.left.length > 0)) terminal.say(sortedText(sorted));
  if (dry || sorted.replayed.length === 0) {
    if (json) terminal.print(jsonLine({ pipeline: pipeline.name, replay: sorted, forgetful }));
    return code;
  }
  if (forgetful.length > 0) {
    const names = forgetful.map((name) => `"${name}"`).join(', ');
    say(
      `${terminal.paint('warning', 'warning')}: ${names} ${forgetful.length === 1 ? 'begins' : 'begin'} with nothing: what comes of it is of these records alone`,
    );
  }
  const { execute } = await import('../execute.ts');
  const ended = await execute(made, {
    terminal,
    faults,
    stallAfter: 30_000,
    stopTimeout: false,
    // What was added by half would come twice the next time.
    wholeOutput: true,
    checkpoint: undefined,
    from: undefined,
    plugins,
    quiet,
    json,
    debug: given.has('debug'),
    beside: { replay: sorted },
  });
  return ended === EXIT.done ? code : ended;
}

/** @throws MillraceError `ERR_USAGE` for more than one. */
function outputWay(given: Arguments): OutputWay {
  const asked = ['append', 'output-suffix', 'overwrite'].filter((option) => given.has(option));
  if (asked.length > 1) {
    throw usage(replay, `--${asked[0]} and --${asked[1]} exclude one another`, 'Choose one.');
  }
  if (given.has('append')) return { way: 'append' };
  if (given.has('overwrite')) return { way: 'overwrite' };
  const suffix = given.value('output-suffix');
  if (suffix === undefined) return { way: 'none' };
  if (!/^[^/\\]+$/.test(suffix)) {
    throw usage(
      replay,
      `--output-suffix ${suffix} is no part of a name`,
      'Write e.g. --output-suffix .again.',
    );
  }
  return { way: 'suffix', suffix };
}
