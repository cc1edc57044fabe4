import { describe, expect, test } from 'vitest';
import { type Ended, millrace } from './command.ts';
import { useWorkspace } from './workspace.ts';

const work = useWorkspace();

const MODULE = `
import { from, ndjson, pipeline } from 'millrace';
import { z } from 'zod';

export const params = z.object({
  month: z.string().describe('Which month, e.g. 2026-01'),
  limit: z.number().int().min(1).default(100).describe('Records at the most'),
  status: z.enum(['paid', 'open']).optional(),
  dry: z.coerce.boolean().default(false),
});

export default async (given: z.infer<typeof params>) =>
  pipeline('given', [from([given]).to(ndjson.write('-'))]);
`;

function run(...args: string[]): Promise<Ended> {
  work.current.put('given.ts', MODULE);
  return millrace(['run', 'given.ts', ...args], { cwd: work.current.folder });
}

describe('--set', () => {
  test('gives the function what its schema makes of the texts, with defaults', async () => {
    const { code, stdout } = await run('--set', 'month=007', '--set', 'limit=5', '--set', 'dry=false');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ month: '007', limit: 5, dry: false });
  });

  test('names every wrong, unknown and missing parameter at once, and exits 2', async () => {
    const { code, stdout, stderr } = await run(
      '--set',
      'limit=many',
      '--set',
      'status=paif',
      '--set',
      'mnoth=1',
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      [
        'error ERR_USAGE: Cannot use the parameters of given.ts:',
        '    - limit is "many": expected integer',
        '    - status is "paif": expected one of "paid"|"open"',
        '    - there is no parameter mnoth. Did you mean "month"?',
        '    - month is missing: say --set month=<string>',
        '  See "millrace run given.ts --help".',
        '',
      ].join('\n'),
    );
  });

  test('is refused by a module that exports a pipeline', async () => {
    work.current.put(
      'plain.ts',
      `import { discard, from, pipeline } from 'millrace';
       export default pipeline('plain', [from([1]).to(discard())]);`,
    );
    const { code, stderr } = await millrace(['run', 'plain.ts', '--set', 'a=1'], {
      cwd: work.current.folder,
    });
    expect(code).toBe(2);
    expect(stderr).toContain('error ERR_USAGE: Cannot set "a": plain.ts takes no parameters');
  });

  test('is refused by a function that declares no parameters', async () => {
    work.current.put(
      'plain.ts',
      `import { discard, from, pipeline } from 'millrace';
       export default () => pipeline('plain', [from([1]).to(discard())]);`,
    );
    const options = { cwd: work.current.folder };
    const { code, stderr } = await millrace(['run', 'plain.ts', '--set', 'a=1'], options);
    expect(code).toBe(2);
    expect(stderr).toContain('it declares none');
    expect((await millrace(['check', 'plain.ts'], options)).code).toBe(0);
  });

  test('works for check, graph and explain, too', async () => {
    work.current.put('given.ts', MODULE);
    for (const command of ['check', 'graph', 'explain']) {
      const args = [command, 'given.ts', '--set', 'month=1'];
      expect((await millrace(args, { cwd: work.current.folder })).code).toBe(0);
    }
  });
});

describe('--help with a module', () => {
  test('shows its parameters with types, defaults and descriptions', async () => {
    const { code, stdout, stderr } = await run('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.slice(stdout.indexOf('Parameters'))).toBe(
      [
        'Parameters of given.ts:',
        '  --set month=<string>        Which month, e.g. 2026-01 (required)',
        '  --set limit=<integer>       Records at the most (default: 100)',
        '  --set status=<paid | open>  (optional)',
        '  --set dry=<boolean>         (default: false)',
        '',
      ].join('\n'),
    );
  });

  test('refuses params that are no object schema', async () => {
    work.current.put('given.ts', MODULE.replace('z.object({', 'z.array(z.any()) && ({'));
    const { code, stderr } = await millrace(['run', 'given.ts', '--help'], { cwd: work.current.folder });
    expect(code).toBe(2);
    expect(stderr).toContain(
      'error ERR_MODULE: Cannot load given.ts: its export params is not an object schema of zod 4',
    );
  });
});
