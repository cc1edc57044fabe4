import { describe, expect, test } from 'vitest';
import { millrace } from './command.ts';
import { useWorkspace } from './workspace.ts';

const work = useWorkspace();

const here = () => ({ cwd: work.current.folder });

describe('millrace test, of pipelines of all kinds', () => {
  test('writes no secret down that the file does not hold', async () => {
    const { current } = work;
    current.put(
      'rows.yaml',
      `version: 1
params: { key: { type: string, default: "\${API_KEY}", secret: true } }
flows:
  rows: { read: { ndjson: in.ndjson }, pipe: [assign: { url: '"http://x/?k=" + params.key' }] }
sinks:
  out: { from: rows, write: { ndjson: out.ndjson } }
`,
    );
    const tests = 'version: 1\ntests:\n  new:\n    inputs: { ndjson: [{ n: 1 }] }\n';
    current.put('rows.test.yaml', tests);
    const env = { API_KEY: "topsecret-'42'" };
    const { code, stdout } = await millrace(['test', '-u'], { ...here(), env });
    expect([code, current.read('rows.test.yaml')]).toEqual([2, tests]);
    expect(stdout).toContain('Cannot update rows.test.yaml: a secret would be written into it');
    expect(stdout).toContain('env: { API_KEY: for-tests }');
    expect(stdout).not.toContain('topsecret');
    for (const given of ['env: { API_KEY: mine }', 'set: { key: mine }']) {
      current.put('rows.test.yaml', `${tests}    ${given}\n`);
      expect((await millrace(['test', '-u'], { ...here(), env })).code).toBe(0);
      expect(current.read('rows.test.yaml')).toContain('http://x/?k=mine');
    }
  });

  test.each([
    ['export default 1 +;', 'rows.mjs:1'],
    ["import 'not-there';", 'npm install not-there'],
    ['export const rows = 1;', 'it has no default export'],
    ['export default [];', 'its default export is an array, not a pipeline'],
    ["export default () => { throw new TypeError('no'); };", 'its default function threw TypeError: no'],
    ['export default () => 1;', 'its default function returned a number, not a pipeline'],
  ])('tells of the module %j what check tells', async (text, found) => {
    work.current.put('rows.mjs', text);
    work.current.put('rows.test.yaml', 'version: 1\ntests: { a: { inputs: {} } }\n');
    const told = async (...args: string[]) => {
      const { stdout, stderr } = await millrace(args, here());
      const lines = (stdout + stderr).split('\n').map((line) => line.trim());
      return lines.slice(lines.findIndex((line) => line.includes('Cannot load rows.mjs')));
    };
    const checked = (await told('check', 'rows.mjs')).filter((line) => line !== '');
    expect(checked.join('\n')).toContain(found);
    expect((await told('test')).slice(0, checked.length)).toEqual(checked);
  });
});
