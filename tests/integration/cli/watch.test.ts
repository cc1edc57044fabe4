import { renameSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Command } from './command.ts';
import { useWorkspace } from './workspace.ts';

const work = useWorkspace();

function watching(...args: readonly string[]): Command {
  return new Command(['run', ...args, '--watch'], { cwd: work.current.folder });
}

async function interrupted(command: Command): Promise<{ code: unknown; stdout: string; stderr: string }> {
  command.signal('SIGINT');
  const { code, stdout, stderr } = await command.ended;
  return { code, stdout, stderr };
}

const MAIN = `
version: 1
include: [parts.yaml]
sinks: { out: { from: rows, write: { ndjson: { path: "-" } } } }
`;
const PARTS = `
version: 1
flows:
  rows: { read: { ndjson: in.ndjson }, pipe: [ { assign: { v: "'one'" } } ] }
`;

describe('run --watch', () => {
  test('runs a file again when one that it includes changes, and ends with Ctrl-C', async () => {
    work.current.put('in.ndjson', '{"n":1}\n');
    work.current.put('main.yaml', MAIN);
    work.current.put('parts.yaml', PARTS);
    const command = watching('main.yaml');
    await command.seen('watching 2 files; Ctrl-C ends');
    work.current.put('elsewhere.yaml', '');
    // As editors do: the new file takes the place of the old one.
    work.current.put('parts.new', PARTS.replace('one', 'two'));
    renameSync(work.current.path('parts.new'), work.current.path('parts.yaml'));
    await command.seen('"two"');
    const { code, stdout, stderr } = await interrupted(command);
    expect(code).toBe(130);
    expect(stdout).toBe('{"n":1,"v":"one"}\n{"n":1,"v":"two"}\n');
    expect(stderr.match(/changed: .*/g)).toEqual(['changed: parts.yaml']);
  });

  test('stops a run that is under way gracefully, and loads the modules that it imports anew', async () => {
    work.current.put('word.ts', `export const word: string = 'first';`);
    work.current.put(
      'endless.ts',
      `import { setImmediate } from 'node:timers/promises';
       import { from, ndjson, pipeline, tap } from 'millrace';
       import { word } from './word.ts';
       async function* words() {
         for (let n = 0; ; n++) { await setImmediate(); yield { n, word }; }
       }
       const said = tap(({ n }: { n: number }) => { if (n === 10) console.error('flowing', word); });
       export default pipeline('endless', from(words()).pipe(said).to(ndjson.write(word + '.ndjson')));`,
    );
    const command = watching('endless.ts');
    await command.seen('flowing first');
    work.current.put('word.ts', `export const word: string = 'second';`);
    await command.seen('flowing second');
    const { code, stderr } = await interrupted(command);
    expect(code).toBe(130);
    expect(stderr).toContain('changed: word.ts\n');
    expect(stderr.match(/endless stopped in/g)).toHaveLength(2);
    expect(work.current.list()).toEqual(['endless.ts', 'first.ndjson', 'second.ndjson', 'word.ts']);
  });

  test('waits for a file that is wrong to be mended', async () => {
    work.current.put('in.ndjson', '{"n":1}\n');
    work.current.put('parts.yaml', PARTS);
    work.current.put('main.yaml', MAIN.replace('from: rows', 'from: rosw'));
    const command = watching('main.yaml', '--json');
    await command.seen('exit code 2; watching 2 files');
    work.current.put('main.yaml', MAIN);
    await command.seen('"one"');
    expect((await interrupted(command)).code).toBe(130);
  });
});
