import { describe, expect, test } from 'vitest';
import { tempFolder } from '../../io/temp-folder.ts';
import { open, put } from '../files.ts';

const opened = async (param: string, head: string, pipe: string, more = '') => {
  const text = `version: 1
params: { x: ${param} }
${head}
flows:
  a: { read: { csv: a.csv } }
  it:
    read: { csv: in.csv }
    pipe: [${pipe}]
${more}
sinks:
  out: { from: it, write: { csv: out.csv } }
  other: { from: a, write: { discard: {} } }
${more === '' ? '' : '  more: { from: j, write: { discard: {} } }'}
`;
  return open(put(tempFolder().path, 'p.yaml', text));
};

const X = `"\${params.x}"`;

test('where checkpoints are kept may be a parameter without a default', async () => {
  const file = await opened('string', `checkpoint: { store: ${X} }`, '');
  const { checkpoint } = await file.build(file.params.parse({ x: './state' }) as Record<string, unknown>);
  expect(checkpoint?.store).toBeTypeOf('object');
});

describe('a file can be read before its parameters have values', () => {
  test.each<[string, string, string, string?]>([
    ['checkpoint, every', `checkpoint: { store: s, every: ${X} }`, ''],
    ['checkpoint, timeout', `checkpoint: { store: s, timeout: ${X} }`, ''],
    ['checkpoint, failures', `checkpoint: { store: s, failures: ${X} }`, ''],
    ['checkpoint, require', `checkpoint: { store: s, require: ${X} }`, ''],
    ['memory', `memory: ${X}`, ''],
    ['edgeCapacity', `edgeCapacity: ${X}`, ''],
    ['spill', `spill: { folder: ${X} }`, ''],
    ['budget of a policy', `onError: { skip: ${X} }`, ''],
    ['attempts of a policy', `onError: [{ retry: { attempts: ${X} } }, skip]`, ''],
    ['backoff of a policy', `onError: [{ retry: { attempts: 2, backoff: ${X} } }, skip]`, ''],
    ['value of a policy', `onError: { fallback: { value: ${X} } }`, ''],
    ['take', '', `take: ${X}`],
    ['sort', '', `sort: ${X}`],
    ['sort by', '', `sort: { by: ${X} }`],
    ['top', '', `top: { n: ${X}, by: id }`],
    ['top by', '', `top: { n: 2, by: ${X} }`],
    ['assign', '', `assign: { a: { secret: ${X} } }`],
    ['cast', '', `cast: { a: ${X} }`],
    ['select', '', `select: [${X}]`],
    ['drop', '', `drop: [${X}]`],
    ['rename', '', `rename: { a: ${X} }`],
    ['distinct', '', `distinct: { key: id, max: ${X} }`],
    ['dedupe', '', `dedupe: { key: id, within: ${X} }`],
    ['rateLimit', '', `rateLimit: { rate: ${X} }`],
    ['delay', '', `delay: ${X}`],
    ['timeout', '', `timeout: { idle: ${X} }`],
    ['aggregate', '', `aggregate: { key: ${X}, aggregates: { n: { count: true } } }`],
    ['top of an aggregate', '', `aggregate: { key: id, aggregates: { n: { sum: ${X} } } }`],
    ['validate', '', `validate: ${X}`],
    ['eventTime', '', `eventTime: { time: record.at, outOfOrder: ${X} }`],
    ['where dead letters go', `onError: [{ deadLetter: ${X} }]`, '', `  j: { deadLetters: true }`],
    [
      'budget of dead letters',
      `onError: { deadLetter: { to: j, budget: ${X} } }`,
      '',
      `  j: { deadLetters: true }`,
    ],
    ['join', '', '', `  j: { join: { left: a, right: it, on: record.id, kind: ${X} } }`],
    [
      'asOfJoin',
      '',
      '',
      `  j: { asOfJoin: { left: a, right: it, on: record.id, time: record.at, tolerance: ${X} } }`,
    ],
    ['mergeSorted', '', '', `  j: { mergeSorted: { flows: [a, it], by: ${X} } }`],
    ['reader', '', '', `  j: { read: { csv: { path: ${X}, types: { a: ${X} } } } }`],
    ['sqlite', '', '', `  j: { read: { sqlite: { database: ${X}, table: t } } }`],
    ['postgres', '', '', `  j: { read: { postgres: { url: ${X}, table: t } } }`],
    ['records', '', '', `  j: { read: { records: [{ a: ${X} }] } }`],
    ['records of all', '', '', `  j: { read: { records: ${X} } }`],
  ])('%s', async (_, head, pipe, more) => {
    const found = await opened('string', head, pipe, more).then(
      () => undefined,
      (thrown: Error) => `${thrown.name} ${thrown.message}`,
    );
    expect(found).toBeUndefined();
  });
});
