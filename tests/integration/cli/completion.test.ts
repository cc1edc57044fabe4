import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { millrace } from './command.ts';
import { useWorkspace } from './workspace.ts';

const work = useWorkspace();
const scripts = new Map<string, string>();

beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await millrace(['completion', shell]);
    expect(code).toBe(0);
    scripts.set(shell, stdout);
  }
});

/** Whether a shell is installed: its test is skipped where it is not. */
const has = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status === 0;

/** What bash offers for the last of these words; bash takes `--option=value` for three. */
function offered(...words: readonly string[]): string[] {
  return offeredIn('.', ...words);
}

/** The same below a folder of the workspace, which is where commands are found first. */
function offeredIn(folder: string, ...words: readonly string[]): string[] {
  writeFileSync(work.current.path('completion.bash'), scripts.get('bash')!);
  const script = `
    source '${work.current.path('completion.bash')}'
    [[ $(complete -p millrace) == 'complete -F _millrace millrace' ]] || exit 9
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    _millrace
    ((\${#COMPREPLY[@]} == 0)) || printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ['--norc', '-c', script, 'bash', 'millrace', ...words];
  const out = execFileSync('bash', args, {
    cwd: work.current.path(folder),
    encoding: 'utf8',
    env: { ...process.env, PATH: `${work.current.folder}:${process.env.PATH}` },
  });
  return out.split('\n').slice(0, -1);
}

describe.skipIf(!has('bash'))('completion in bash', () => {
  test.each([
    [['rep'], ['replay']],
    [['comp'], ['components', 'completion']],
    [['run', '--ch'], ['--checkpoints']],
    [['graph', '--format', 's'], ['svg']],
    [['graph', '-f', 'te'], ['text']],
    [['graph', '--format', '=', 'do'], ['dot']],
    [
      ['graph', '--format', '='],
      ['mermaid', 'dot', 'svg', 'text', 'json', 'yaml'],
    ],
    [
      ['run', '--require', ''],
      ['exactly-once', 'at-least-once'],
    ],
    [['head', '--from', 'par'], ['parquet']],
    [
      ['checkpoints', ''],
      ['list', 'show', 'verify', 'prune', 'reset'],
    ],
    [['checkpoints', 'show', '--st'], ['--state']],
    [['components', 'csv'], ['csv']],
    [['completion', 'z'], ['zsh']],
    [['help', 'graph'], ['graph']],
    [['run', '--set', ''], []],
    [['nonsense', '--x'], []],
  ])('%j is completed by %j', (words, wanted) => {
    expect(offered(...words)).toEqual(wanted);
  });

  test('names components of plugins where a configuration names plugins, also further up', () => {
    const calls = work.current.path('calls');
    writeFileSync(
      work.current.path('millrace'),
      `#!/bin/sh\necho "$@" >> '${calls}'\nprintf 'csv\\nltsv\\nltsvLines\\n'\n`,
      { mode: 0o755 },
    );
    expect(offered('components', 'lts')).toEqual([]);
    expect(existsSync(calls)).toBe(false);
    work.current.put('millrace.config.mts', '');
    expect(offered('components', 'lts')).toEqual(['ltsv', 'ltsvLines']);
    expect(offered('components', 'cs')).toEqual(['csv']);
    work.current.makeFolder('deep');
    expect(offeredIn('deep', 'components', 'lts')).toEqual(['ltsv', 'ltsvLines']);
    expect(readFileSync(calls, 'utf8')).toBe('components --names\n'.repeat(3));
    // Nothing above the top of a repository is looked at, and what fails leaves what is built in.
    work.current.makeFolder('deep/.git');
    expect(offeredIn('deep', 'components', 'lts')).toEqual([]);
    writeFileSync(work.current.path('millrace'), '#!/bin/sh\nexit 1\n');
    expect(offered('components', 'csv')).toEqual(['csv']);
  });

  test('names files of the right kind, with blanks in their names, where files are due', () => {
    for (const name of ['my orders.yaml', 'notes.txt', 'data.csv']) work.current.put(name, '');
    work.current.makeFolder('more');
    const folders = ['more', 'node_modules'];
    expect(offered('run', '').toSorted()).toEqual([...folders, 'my orders.yaml'].toSorted());
    expect(offered('run', '--quiet', '--set', 'a=b', 'my').toSorted()).toEqual(['my orders.yaml']);
    expect(offered('run', 'my orders.yaml', '')).toEqual([]);
    expect(offered('head', 'data.csv', 'no').toSorted()).toEqual(['node_modules', 'notes.txt']);
    expect(offered('run', 'x.yaml', '--checkpoints', 'm')).toEqual(['more']);
    expect(offered('checkpoints', 'list', 'm')).toEqual(['more']);
    expect(offered('test', 'data.csv', 'no')).toContain('notes.txt');
    expect(offered('replay', 'x.yaml', '--rejects', 'da')).toEqual(['data.csv']);
  });
});

describe('completion in other shells', () => {
  test.skipIf(!has('zsh'))('is what zsh takes for a script', () => {
    expect(spawnSync('zsh', ['-n'], { input: scripts.get('zsh') })).toMatchObject({ status: 0 });
  });

  test.skipIf(!has('fish'))('is what fish takes for a script', () => {
    expect(spawnSync('fish', ['--no-execute'], { input: scripts.get('fish') })).toMatchObject({ status: 0 });
  });

  test('names each command and option', () => {
    expect(scripts.get('zsh')).toContain(`'(--format -f)--format=[`);
    expect(scripts.get('zsh')).toContain(`:mermaid|dot|svg|text|json|yaml:(mermaid dot svg text json yaml)'`);
    expect(scripts.get('fish')).toContain(
      `complete -c millrace -n '__fish_seen_subcommand_from graph' -s f -l format -r -f -a 'mermaid dot svg text json yaml'`,
    );
    expect(scripts.get('fish')).toContain(
      `complete -c millrace -n '__fish_seen_subcommand_from checkpoints; and not __fish_seen_subcommand_from list show verify prune reset' -a 'list'`,
    );
  });

  test('asks the command for components, and knows those that are built in', () => {
    expect(scripts.get('zsh')).toMatch(/'1:argument: _millrace_components .*\bcsv\b/);
    expect(scripts.get('fish')).toMatch(/-f -a '\(__millrace_components .*\bcsv\b/);
  });

  test('is there for no other shell', async () => {
    const { code, stderr } = await millrace(['completion', 'fisch']);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no script for "fisch"');
    expect(stderr).toContain('Did you mean "fish"?');
  });
});
