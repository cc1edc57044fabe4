import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deadLetter, pipeline, run, text, toArray } from '../../src/index.ts';
import { absent, dataFiles, unpackedData } from './public-data.ts';

const ACCESS =
  /^(?<client>\S+) \S+ \S+ \[(?<time>[^\]]+)\] "(?<request>[^"]*)" (?<status>\d{3}) (?<bytes>\d+|-) "(?<referrer>[^"]*)" "(?<agent>[^"]*)"$/;

describe.skipIf(absent)('web server logs, if the public data is there', () => {
  const folder = unpackedData();

  test('10,000 lines become fields, but for the one whose quote does not close', async () => {
    const [log] = dataFiles(folder, '**/apache_logs*');
    const good = toArray<Record<string, string>>();
    const bad = toArray<any>();
    const lines = text.read(join(folder, log!), { fields: ACCESS });
    const { balance } = await run(pipeline('access', lines.to(good), { onError: deadLetter(bad) }));
    expect(balance).toMatchObject({ read: 10_000, deadLettered: 1, closed: true });
    expect(good.records).toHaveLength(9999);
    expect(bad.records).toMatchObject([{ error: { code: 'ERR_PATTERN' }, origin: { line: 8899 } }]);
    expect(good.records.filter(({ status }) => status === '404')).toHaveLength(213);
  });
});
