import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const INDEX = pathToFileURL('src/index.ts').href;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of its own that awaits `run` as embedders do, with nothing else to keep it alive. */
async function embedded(script: string): Promise<Ended> {
  const source = `
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { discard, from, mapAsync, merge, pipeline, run, start, take } from '${INDEX}';
${script}`;
  const args = ['--unhandled-rejections=strict', '--input-type=module-typescript', '--eval', source];
  return promisify(execFile)(process.execPath, args).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (ended: Ended) => ended,
  );
}

const never = 'new Promise(() => {})';
const endless = '(function* () { for (let n = 0; ; n++) yield n; })()';

/** What a run may wait for that nothing in the process will ever bring. */
const STUCK: Readonly<Record<string, string>> = {
  'a stream that gives nothing': `from(new Readable({ objectMode: true, read() {} })).to(discard())`,
  'a web stream that gives nothing': `from(new ReadableStream({})).to(discard())`,
  'a promise that never settles': `from(${never}).to(discard())`,
  'a generator that stops in the middle': `from((async function* () { yield 1; await ${never}; })()).to(discard())`,
  'a call that never settles': `from([1]).pipe(mapAsync(() => ${never})).to(discard())`,
  'one input of a merge': `merge(from([1]), from(${never})).to(discard())`,
};

describe('pain P17: a process whose run waits', () => {
  test.each(Object.entries(STUCK))(
    'for %s is kept alive by the run, and says so when it gives up',
    async (_, branch) => {
      const { code, stdout, stderr } = await embedded(`
for (const options of [{}, { stallAfter: false }]) {
  const idle = process.getActiveResourcesInfo().length;
  const live = start(pipeline('stuck', ${branch}), options);
  for (let count = 0; count < 50; count++) await turn();
  console.log(process.getActiveResourcesInfo().length > idle);
  await live.abort(new Error('nobody waits any longer'));
  if (options.stallAfter === false) await live.done;
}`);
      expect(stdout).toBe('true\ntrue\n');
      expect(stderr).toContain('nobody waits any longer');
      expect(code).toBe(1);
    },
  );

  test('ends by itself, with code 0, once the run is over', async () => {
    const { code, stdout } = await embedded(`
const { balance } = await run(pipeline('over', from(${endless}).pipe(take(5)).to(discard())));
console.log(balance.written);`);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '5\n' });
  });

  test('fails with code 1 when its source is destroyed in the middle, without an error', async () => {
    const { code, stdout, stderr } = await embedded(`
const source = new Readable({ objectMode: true, read() { this.push(1); setImmediate(() => this.destroy()); } });
await run(pipeline('closed', from(source).to(discard())));
console.log('done');`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('ERR_CLOSED_EARLY');
  });
});
