import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'millrace-bin-'));
  put('package.json', '{ "type": "module" }');
  mkdirSync(join(home, 'bin'));
  cpSync('bin/millrace.js', join(home, 'bin/millrace.js'));
});
afterEach(() => rmSync(home, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
}

function millrace(version: string, ...args: string[]) {
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;
  const flags = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`];
  return spawnSync(process.execPath, [...flags, join(home, 'bin/millrace.js'), ...args], {
    encoding: 'utf8',
  });
}

describe('the millrace command', () => {
  test.each(['20.20.2', '22.17.1', '8.0.0'])('says on Node %s in one line that it is too old', (version) => {
    put('dist/cli/main.js', 'export const main = async () => 0;');
    const { status, stdout, stderr } = millrace(version);
    expect(stderr).toBe(`millrace needs Node 22.18 or newer; this is v${version}\n`);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  test.each(['22.18.0', '23.0.0', '26.1.0'])('runs on Node %s', (version) => {
    put('dist/cli/main.js', 'export const main = async () => 0;');
    expect(millrace(version)).toMatchObject({ status: 0, stderr: '' });
  });

  test('hands its arguments to main and exits with what main returns', () => {
    put('dist/cli/main.js', 'export const main = async (argv) => (console.log(argv.join("|")), 7);');
    expect(millrace('24.0.0', 'run', '--quiet')).toMatchObject({ status: 7, stdout: 'run|--quiet\n' });
  });

  test('runs the sources where nothing is built', () => {
    put(
      'src/cli/main.ts',
      'export const main = async (argv: readonly string[]): Promise<number> => argv.length;',
    );
    expect(millrace('24.0.0', 'a', 'b', 'c')).toMatchObject({ status: 3, stderr: '' });
  });

  test('does not hide a broken build behind the sources', () => {
    put('dist/cli/main.js', 'import "./gone.js"; export const main = async () => 0;');
    put('src/cli/main.ts', 'export const main = async () => 0;');
    const { status, stderr } = millrace('24.0.0');
    expect(status).toBe(1);
    expect(stderr).toContain('gone.js');
  });
});
