import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SyncOperator } from '../../../../src/interfaces/operator.ts';
import { filter } from '../../../../src/processing/operators/filter.ts';
import { OriginCell, withOrigins } from '../../../../src/spec/build/origin-cell.ts';
import { tempFolder } from '../../io/temp-folder.ts';
import { open, put, runFile } from '../files.ts';

async function through(pipe: string, csv = 'id,n\na,1\nb,2\nc,3\n'): Promise<unknown[]> {
  const folder = tempFolder().path;
  put(folder, 'in.csv', csv);
  const path = put(
    folder,
    'p.yaml',
    `version: 1\nflows:\n  it:\n    read: { csv: in.csv }\n    pipe:\n${pipe.replaceAll(/^/gm, '      ')}\nsinks:\n  out: { from: it, write: { ndjson: out.ndjson } }\n`,
  );
  await runFile(path);
  return readFileSync(join(folder, 'out.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

describe('expressions know where a record came from', () => {
  test.each<[string, string, readonly unknown[]]>([
    [
      'in assign',
      '- assign: { line: origin.line, number: origin.record }\n- drop: [n]',
      [
        { id: 'a', line: 2, number: 1 },
        { id: 'b', line: 3, number: 2 },
        { id: 'c', line: 4, number: 3 },
      ],
    ],
    [
      'in filter, behind one that drops',
      '- filter: record.id != "a"\n- filter: origin.line == 4\n- select: [id]',
      [{ id: 'c' }],
    ],
    [
      'in map',
      `- map: '{"where": origin.file.extract("[a-z.]+$") + ":" + string(origin.line)}'\n- take: 1`,
      [{ where: 'in.csv:2' }],
    ],
    [
      'in lists that are pulled',
      `- flatMap: '[{"at": origin.record}, {"at": origin.record}]'\n- skip: 4`,
      [{ at: 3 }, { at: 3 }],
    ],
    ['in takeWhile', '- takeWhile: origin.record < 2\n- select: [id]', [{ id: 'a' }]],
    [
      'behind a sort, where nobody knows',
      '- sort: id\n- assign: { line: origin.line }\n- take: 1\n- select: [line]',
      [{ line: null }],
    ],
  ])('%s', async (_, pipe, records) => {
    expect(await through(pipe)).toEqual(records);
  });
});

describe('and are refused where nobody could', () => {
  const opened = async (pipe: string) =>
    open(
      put(
        tempFolder().path,
        'p.yaml',
        `version: 1\nflows:\n  it:\n    read: { csv: in.csv }\n    pipe:\n      ${pipe}\nsinks:\n  out: { from: it, write: { discard: {} } }\n`,
      ),
    );
  test.each([
    [
      'a split',
      '- split: { a: origin.line > 1, b: otherwise }',
      'an expression cannot ask for the origin here',
    ],
    ['a field that origins do not have', '- filter: origin.lines > 1', 'there is no field "lines"'],
    [
      'an asynchronous operator',
      '- lookupJoin: { table: [{ n: 1 }], key: origin.line, tableKey: record.n }',
      'the origin of a record is not known to lookupJoin',
    ],
  ])('%s', async (_, pipe, message) => {
    await expect(opened(pipe)).rejects.toThrow(message);
  });
});

test('nothing is worked out for an expression that does not ask, and no place for one that asks for the number', async () => {
  const cell = new OriginCell();
  const asked: string[] = [];
  const context = {
    origin: (brief?: string) => {
      asked.push(brief ?? 'all');
      return { source: 's', record: 1 };
    },
  };
  const plain = filter(() => true) as SyncOperator<unknown, unknown>;
  const wrapped = withOrigins(plain, cell);
  const logic = wrapped.create(context as never);
  expect(logic).not.toHaveProperty('accepts');
  logic.push(1, () => {});
  expect(asked).toEqual([]);
  cell.during(context as never, () => cell.origin(false));
  cell.during(context as never, () => cell.origin(true));
  expect(asked).toEqual(['brief', 'all']);
  expect(cell.origin(true)).toBeUndefined();
});
