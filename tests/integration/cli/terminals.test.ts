import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { NO_TERMINAL, PseudoTerminal } from './pseudo-terminal.ts';
import { useWorkspace } from './workspace.ts';

const work = useWorkspace();

const NAME =
  'a pipeline whose name is far longer than what people usually call theirs, 漢字漢字漢字漢字漢字漢字';

/** What reads CSV from stdin, in each of its ways. */
const COMMANDS: readonly (readonly string[])[] = [
  ['run', 'copy.yaml'],
  ['head', '-', '--from', 'csv', '-n', '100000000'],
  ['convert', '-', 'out.ndjson', '--from', 'csv'],
  ['count', '-', '--from', 'csv'],
  ['stats', '-', '--from', 'csv'],
  ['inspect', '-', '--from', 'csv', '-n', '0'],
];

/** A terminal in which rows are typed until there is progress to be seen. */
async function busy(args: readonly string[], columns: number, env?: NodeJS.ProcessEnv) {
  work.current.put(
    'copy.yaml',
    `version: 1
name: ${NAME}
flows: { a: { read: { csv: "-" } } }
sinks: { out: { from: a, write: { ndjson: copied.ndjson } } }
`,
  );
  const terminal = new PseudoTerminal(args, { cwd: work.current.folder, columns, ...(env && { env }) });
  let rows = 0;
  terminal.type('id,text\r');
  const typing = setInterval(() => terminal.type(`${++rows},some text\r`), 20);
  // What takes a status line away begins by going back to the first column.
  await terminal.seen('\r\u001B[K').finally(() => clearInterval(typing));
  return { terminal, rows };
}

/** What stood in the lines of a screen, one after the other where they were drawn over. */
function drawn(screen: string): string[] {
  const lines = screen.replaceAll('\r\u001B[K', '\n').split(/\r?\n/);
  return lines.map((line) => stripVTControlCharacters(line));
}

/** Cells, as far as these tests have wide characters. */
function cells(line: string): number {
  return [...line].reduce((sum, character) => sum + (/[漢字]/.test(character) ? 2 : 1), 0);
}

describe.skipIf(NO_TERMINAL)('in a terminal', () => {
  test.each([80, 200])('of %i columns, progress is drawn and is never wider', async (columns) => {
    const all = await Promise.all(COMMANDS.map((args) => busy(args, columns)));
    for (const { terminal } of all) terminal.type('\u0004');
    for (const [at, { terminal, rows }] of all.entries()) {
      const [name] = COMMANDS[at]!;
      const { code, screen } = await terminal.ended;
      expect({ name, code }).toEqual({ name, code: 0 });
      expect(screen).not.toMatch(/\n\s+at /);
      const status = drawn(screen).filter((line) => / B\b| kB\b/.test(line) && !line.includes('busy'));
      const progress = status.filter((line) => line.includes(': ') && !/^(csv|out) /.test(line));
      expect(progress.length, name).toBeGreaterThan(0);
      for (const line of progress) expect(cells(line), line).toBeLessThan(columns);
      expect(rows).toBeGreaterThan(0);
    }
  });

  test('Ctrl-C in the middle ends each with 130, takes the progress away, and leaves no half of a file', async () => {
    const all = await Promise.all(COMMANDS.map((args) => busy(args, 80)));
    for (const { terminal } of all) terminal.type('\u0003');
    for (const [at, { terminal }] of all.entries()) {
      const [name] = COMMANDS[at]!;
      const { code, screen } = await terminal.ended;
      expect({ name, code }).toEqual({ name, code: 130 });
      expect(screen).not.toMatch(/\n\s+at /);
      // Behind the last line of progress there is nothing, or what is said in the end.
      expect(drawn(screen).at(-1), name).toBe('');
    }
    expect(work.current.list()).toEqual(['copied.ndjson', 'copy.yaml']);
  });

  test('there are no colours with NO_COLOR', async () => {
    const ended = async (env?: NodeJS.ProcessEnv) => {
      const { terminal } = await busy(COMMANDS[0]!, 80, env);
      terminal.type('\u0004');
      return terminal.ended;
    };
    // One after the other, as both write the same file.
    const [coloured, plain] = [await ended(), await ended({ NO_COLOR: '1' })];
    const colour = '\u001B[32m';
    expect(coloured.screen).toContain(colour);
    expect(plain.screen).not.toContain(colour);
  });
});
