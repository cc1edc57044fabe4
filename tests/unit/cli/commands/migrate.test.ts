import { chmodSync, readFileSync, statSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../../../src/cli/arguments.ts';
import { migrateTo } from '../../../../src/cli/commands/migrate.ts';
import type { Faults } from '../../../../src/cli/process/faults.ts';
import { Terminal } from '../../../../src/cli/terminal/terminal.ts';
import { tempFolder } from '../../io/temp-folder.ts';
import { DIALECT } from '../../spec/migrations/dialect.ts';

const OLD = '# mine\nversion: 0\ninputs: {}\n';
const NEW = '# mine\nversion: 1\nflows: {}\n';

/** Runs the command for versions that never were. */
async function migrate(...argv: readonly string[]) {
  const command = migrateTo({ newest: 1, migrations: DIALECT });
  const [out, err] = [new PassThrough(), new PassThrough()];
  const terminal = new Terminal(out, err);
  const given = parseArguments(command, argv);
  const code = await command.run({ argv: ['migrate', ...argv], given, terminal, faults: {} as Faults });
  out.end();
  err.end();
  return { code, stdout: await text(out), stderr: await text(err) };
}

describe('migrate', () => {
  test('shows what a file would be', async () => {
    const path = tempFolder().write('p.yaml', OLD);
    const { code, stdout, stderr } = await migrate(path);
    expect({ code, stdout }).toEqual({ code: 0, stdout: NEW });
    expect(stderr).toBe(`${path} was of version 0; to 1:\n  "inputs" is called "flows"\n`);
    expect(readFileSync(path, 'utf8')).toBe(OLD);
  });

  test('writes it back with --write, with the mode that it had, and leaves others alone', async () => {
    const folder = tempFolder();
    const [old, recent] = [folder.write('old.yaml', OLD), folder.write('new.yaml', NEW)];
    chmodSync(old, 0o640);
    const { code, stdout, stderr } = await migrate('--write', old, recent);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain(`${recent} is of version 1: nothing to do\n`);
    expect(readFileSync(old, 'utf8')).toBe(NEW);
    expect(statSync(old).mode & 0o777).toBe(0o640);
    expect(folder.names()).toEqual(['new.yaml', 'old.yaml']);
  });

  test('writes none where one cannot be migrated', async () => {
    const folder = tempFolder();
    const [old, future] = [folder.write('old.yaml', OLD), folder.write('future.yaml', 'version: 7\n')];
    await expect(migrate('--write', old, future)).rejects.toThrow('it is of version 7');
    expect(readFileSync(old, 'utf8')).toBe(OLD);
  });

  test('exits with 1 with --check where there is something to do', async () => {
    const folder = tempFolder();
    const [old, recent] = [folder.write('old.yaml', OLD), folder.write('new.yaml', NEW)];
    expect(await migrate('--check', recent)).toMatchObject({ code: 0, stdout: '' });
    expect(await migrate('--check', recent, old)).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse((await migrate('--check', old, '--json')).stdout)).toEqual({
      files: [{ file: old, from: 0, to: 1, steps: ['"inputs" is called "flows"'] }],
    });
    expect(readFileSync(old, 'utf8')).toBe(OLD);
  });

  test.each([
    [[], 'no file is given'],
    [['a', 'b'], 'several files would go to stdout as one'],
    [['--write', '--check', 'a'], '--write and --check exclude one another'],
    [['--write', '-'], 'stdin cannot be written back'],
    [['missing.yaml'], 'missing.yaml: it does not exist'],
  ])('%j is refused', async (argv, message) => {
    await expect(migrate(...argv)).rejects.toThrow(message);
  });
});
