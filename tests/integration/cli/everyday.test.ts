import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parquet } from '../../../src/formats.ts';
import { from } from '../../../src/from.ts';
import { pipeline } from '../../../src/processing/graph/pipeline.ts';
import { run } from '../../../src/start.ts';
import { Command, millrace } from './command.ts';
import { useWorkspace } from './workspace.ts';

const work = useWorkspace();

const ORDERS = [
  'id,status,qty,price,note',
  '1,paid,3,2.50,first',
  '2,open,12,1.00,',
  '3,paid,7,10.10,"two\nlines, ""quoted"""',
  '4,paid,1,0.99,last',
  '',
].join('\n');

function orders(name = 'orders.csv'): void {
  work.current.put(name, name.endsWith('.gz') ? gzipSync(ORDERS) : ORDERS);
}

function cli(args: readonly string[], stdin?: string) {
  return millrace(args, { cwd: work.current.folder, ...(stdin === undefined ? {} : { stdin }) });
}

async function records(args: readonly string[], stdin?: string): Promise<unknown[]> {
  const { code, stdout, stderr } = await cli(args, stdin);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

describe('head', () => {
  test('shows the first records of a file, compressed or not, with numbers as numbers', async () => {
    orders('orders.csv.gz');
    expect(await records(['head', 'orders.csv.gz', '-n', '2'])).toEqual([
      { id: 1, status: 'paid', qty: 3, price: 2.5, note: 'first' },
      { id: 2, status: 'open', qty: 12, price: 1, note: '' },
    ]);
  });

  test('chooses records and fields, in the order that was asked for', async () => {
    orders();
    expect(await records(['head', 'orders.csv', '--where', 'record.qty > 2', '--select', 'note,id'])).toEqual(
      [
        { note: 'first', id: 1 },
        { note: '', id: 2 },
        { note: 'two\nlines, "quoted"', id: 3 },
      ],
    );
  });

  test('reads several files and globs as one', async () => {
    work.current.put('a1.ndjson', '{"n":1}\n');
    work.current.put('a2.ndjson', '{"n":2}\n{"n":3}\n');
    expect(await records(['head', 'a*.ndjson', 'a1.ndjson', '-n', '9'])).toEqual([
      { n: 1 },
      { n: 2 },
      { n: 3 },
      { n: 1 },
    ]);
  });

  test('takes stdin, and no more of it than it needs', async () => {
    const command = new Command(['head', '-', '--from', 'ndjson', '-n', '1'], { cwd: work.current.folder });
    expect((await command.ended).stdout).toBe('');
    expect(await records(['head', '-', '--from', 'ndjson', '-n', '1'], '{"n":1}\n'.repeat(100_000))).toEqual([
      { n: 1 },
    ]);
  });

  test('prints one array with --json, and nothing for none', async () => {
    orders();
    expect(JSON.parse((await cli(['head', 'orders.csv', '-n', '1', '--json'])).stdout)).toHaveLength(1);
    expect((await cli(['head', 'orders.csv', '-n', '0'])).stdout).toBe('');
  });

  test('leaves fields as text with --no-types', async () => {
    orders();
    expect(await records(['head', 'orders.csv', '-n', '1', '--no-types', '--select', 'price'])).toEqual([
      { price: '2.50' },
    ]);
  });

  test('fails where it comes to a broken record, and not before', async () => {
    work.current.put('broken.ndjson', '{"n":1}\nnot json\n');
    expect(await records(['head', 'broken.ndjson', '-n', '1'])).toEqual([{ n: 1 }]);
    expect(await cli(['head', 'broken.ndjson'])).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('count', () => {
  test('counts records, not lines', async () => {
    orders();
    expect((await cli(['count', 'orders.csv'])).stdout).toBe('4\n');
    expect((await cli(['count', '-', '--from', 'csv'], ORDERS)).stdout).toBe('4\n');
    expect((await cli(['count', 'orders.csv', 'orders.csv', '--json'])).stdout).toBe('{"records":8}\n');
    expect((await cli(['count', 'orders.csv', '--where', 'record.status == "paid"'])).stdout).toBe('3\n');
  });

  test('fails for a row of another width, as everything else does', async () => {
    work.current.put('ragged.csv', 'a,b\n1,2\n3\n');
    const { code, stdout, stderr } = await cli(['count', 'ragged.csv']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('error ERR_CSV_RAGGED: Cannot read ');
    expect(stderr).toContain('line 3 (record 2');
  });
});

describe('convert', () => {
  test('makes a file of another format, and says nothing where nobody looks', async () => {
    orders('orders.csv.gz');
    const where = ['--where', 'record.status == "paid" && record.qty > 2', '--select', 'price,id'];
    const { code, stdout, stderr } = await cli(['convert', 'orders.csv.gz', 'paid.ndjson', ...where]);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(work.current.lines('paid.ndjson')).toEqual(['{"price":2.5,"id":1}', '{"price":10.1,"id":3}']);
  });

  test('leaves the text of CSV as it is written where it stays CSV', async () => {
    orders();
    await cli(['convert', 'orders.csv', 'same.csv']);
    expect(work.current.read('same.csv')).toBe(ORDERS);
    await cli(['convert', 'orders.csv', 'same.tsv', '--select', 'price', '--limit', '2']);
    expect(work.current.read('same.tsv')).toBe('price\n2.50\n1.00\n');
  });

  test('goes there and back through every format', async () => {
    work.current.put('in.ndjson', '{"a":1,"b":"x"}\n{"a":2.5,"b":"y, \\"z\\""}\n');
    for (const file of ['x.json', 'x.csv', 'x.tsv.gz', 'x.parquet', 'x.arrows', 'x.ndjson.zst']) {
      expect(await cli(['convert', 'in.ndjson', file])).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(await cli(['convert', file, `back-${file}.ndjson`])).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
      });
      expect(work.current.read(`back-${file}.ndjson`), file).toBe(work.current.read('in.ndjson'));
    }
  });

  test('reads parquet with a choice of columns', async () => {
    const rows = from([
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ]);
    await run(pipeline('rows', rows.to(parquet.write(work.current.path('rows.parquet')))));
    expect(await records(['head', 'rows.parquet', '--select', 'b', '--where', 'record.a > 1'])).toEqual([
      { b: 'y' },
    ]);
  });

  test('goes through pipes', async () => {
    const { stdout } = await cli(
      ['convert', '-', '-', '--from', 'csv', '--to', 'ndjson', '--select', 'id'],
      ORDERS,
    );
    expect(stdout).toBe('{"id":1}\n{"id":2}\n{"id":3}\n{"id":4}\n');
  });

  test('is quiet when the reader of stdout goes away', async () => {
    work.current.put('many.ndjson', '{"n":1}\n'.repeat(500_000));
    const command = new Command(['convert', 'many.ndjson', '-', '--to', 'ndjson'], {
      cwd: work.current.folder,
    });
    await command.seen('\n');
    command.child.stdout!.destroy();
    const { code, stderr } = await command.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('leaves no half of an output behind when it is interrupted', async () => {
    const command = new Command(['convert', '-', 'out.ndjson', '--from', 'ndjson'], {
      cwd: work.current.folder,
      openStdin: true,
    });
    command.child.stdin!.write('{"n":1}\n'.repeat(1_000));
    await work.current.appears(/^\.?out\.ndjson.+/);
    command.signal('SIGINT');
    expect((await command.ended).code).toBe(130);
    expect(work.current.list()).toEqual([]);
  });

  test('leaves the old output when it fails, and nothing else', async () => {
    work.current.put('in.ndjson', '{"n":1}\n{"n":"x"}\n');
    work.current.put('out.ndjson', 'old\n');
    const { code, stderr } = await cli(['convert', 'in.ndjson', 'out.ndjson', '--where', 'record.n > 0']);
    expect(code).toBe(1);
    expect(stderr).toContain('error ERR_EXPRESSION: ');
    expect(stderr).toContain('in.ndjson line 2');
    expect(stderr).not.toContain('    at ');
    expect(work.current.read('out.ndjson')).toBe('old\n');
    expect(work.current.list()).toEqual(['in.ndjson', 'out.ndjson']);
  });

  test('prints the summary with --json', async () => {
    orders();
    const { stdout } = await cli(['convert', 'orders.csv', 'all.json', '--json']);
    expect(JSON.parse(stdout).balance).toMatchObject({ read: 4, written: 4, closed: true });
  });
});

describe('stats', () => {
  test('tells of each column what is in it', async () => {
    orders();
    const { stdout } = await cli(['stats', 'orders.csv', '--json']);
    expect(JSON.parse(stdout)).toEqual({
      records: 4,
      columns: [
        { name: 'id', count: 4, empty: 0, distinct: 4, min: 1, max: 4, mean: 2.5 },
        { name: 'status', count: 4, empty: 0, distinct: 2, min: 'open', max: 'paid', mean: null },
        { name: 'qty', count: 4, empty: 0, distinct: 4, min: 1, max: 12, mean: 5.75 },
        { name: 'price', count: 4, empty: 0, distinct: 4, min: 0.99, max: 10.1, mean: 3.6475 },
        {
          name: 'note',
          count: 3,
          empty: 1,
          distinct: 3,
          min: 'first',
          max: 'two\nlines, "quoted"',
          mean: null,
        },
      ],
    });
  });

  test('is a table for people, of the records and fields that were asked for', async () => {
    orders();
    const { stdout } = await cli([
      'stats',
      'orders.csv',
      '--select',
      'qty',
      '--where',
      'record.status == "paid"',
    ]);
    expect(stdout).toBe(
      '3 records\n\ncolumn  count  empty  distinct  min  max       mean\nqty         3      0         3    1    7  3.6666667\n',
    );
  });
});

describe('inspect', () => {
  test('tells the dialect, the columns and their types', async () => {
    work.current.put('x.csv', 'id;when;ok;note\n1;2026-01-31;true;a\n2;2026-02-01;false;\n');
    const { stdout } = await cli(['inspect', 'x.csv']);
    expect(stdout.split('\n')).toEqual([
      'x.csv: csv, fields by semicolon, quoted by ", lines by line feeds',
      '2 records, 4 columns',
      '',
      'column  type     empty  distinct  samples',
      'id      integer      0         2  1, 2',
      'when    date         0         2  2026-01-31, 2026-02-01',
      'ok      boolean      0         2  true, false',
      'note    string       1         1  a',
      '',
    ]);
  });

  test('looks at as many records as it is told to', async () => {
    orders();
    expect(JSON.parse((await cli(['inspect', 'orders.csv', '-n', '1', '--json'])).stdout)).toMatchObject({
      records: 1,
      whole: false,
    });
    expect(JSON.parse((await cli(['inspect', 'orders.csv', '-n', '0', '--json'])).stdout)).toMatchObject({
      records: 4,
      whole: true,
    });
  });

  test('prints a JSON Schema that the records fit', async () => {
    work.current.put(
      'x.ndjson',
      '{"id":1,"tags":["a"],"in":{"x":1.5}}\n{"id":2,"tags":[],"in":{"x":2,"y":null}}\n',
    );
    const schema = JSON.parse((await cli(['inspect', 'x.ndjson', '--schema', 'json'])).stdout);
    const { Ajv2020 } = await import('ajv/dist/2020.js');
    const fits = new Ajv2020().compile(schema);
    for (const line of work.current.lines('x.ndjson')) expect(fits(JSON.parse(line))).toBe(true);
    expect(fits({ id: 'x', tags: [], in: { x: 1 } })).toBe(false);
    expect(fits({ id: 1, tags: [] })).toBe(false);
  });

  test('prints a zod schema that the records fit', async () => {
    work.current.put(
      'x.ndjson',
      '{"id":1,"a b":"x","in":{"x":1.5}}\n{"id":2,"a b":null,"in":{"x":2,"y":true}}\n',
    );
    const { stdout } = await cli(['inspect', 'x.ndjson', '--schema', 'zod']);
    work.current.put('schema.ts', stdout);
    const { Record } = await import(work.current.path('schema.ts'));
    for (const line of work.current.lines('x.ndjson'))
      expect(Record.parse(JSON.parse(line))).toEqual(JSON.parse(line));
    expect(Record.safeParse({ id: 1.5, 'a b': 'x', in: { x: 1 } }).success).toBe(false);
  });

  test('has a file of no records, and one of no objects', async () => {
    work.current.put('none.csv', 'a,b\n');
    expect((await cli(['inspect', 'none.csv'])).stdout).toContain('0 records, 2 columns');
    work.current.put('lines.txt', 'x\ny\n');
    expect((await cli(['inspect', 'lines.txt'])).stdout).toContain('value   string');
  });
});

describe('mistakes', () => {
  test.each([
    [['head'], 'Cannot head: no file is given', 'Name one: millrace head orders.csv; - is stdin.'],
    [['head', '-'], 'a pipe does not tell its format', 'Say it: --from csv|'],
    [['head', 'orders.xyz'], 'the name of orders.xyz does not tell its format', 'Say it: --from csv|'],
    [['head', 'x', '--from', 'cvs'], 'there is no format "cvs"', 'Did you mean "csv"?'],
    [['head', 'orders.csv', '-n', 'x'], '--number x is no whole number', 'Write e.g. --number 10.'],
    [['head', 'a.csv', 'b.json'], 'the files are of several formats: csv, json', 'Take them one by one.'],
    [['convert', 'orders.csv'], 'an input and an output are needed', 'Name both'],
    [['convert', 'orders.csv', 'x.ndjson', '--select', 'id,id'], '--select names "id" twice', '--help'],
    [
      ['convert', 'orders.csv', 'x.ndjson', '--where', 'origin.line > 1'],
      'asks for the origin',
      'conditions see',
    ],
    [
      ['convert', 'orders.csv', 'x.ndjson', '--where', 'params.x'],
      'there is no parameter "x"',
      'There are none.',
    ],
    [
      ['convert', 'orders.csv', 'x.ndjson', '--where', 'status == "x"'],
      'there is no variable "status"',
      'record.status',
    ],
    [
      ['convert', 'orders.csv', 'x.ndjson', '--whree', 'x'],
      'there is no option --whree',
      'Did you mean --where?',
    ],
    [['inspect', 'orders.csv', '--schema', 'jsn'], 'there is no schema "jsn"', 'Did you mean "json"?'],
  ])('%j', async (args, message, hint) => {
    orders();
    const { code, stdout, stderr } = await cli(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(stderr).not.toContain('    at ');
    expect(work.current.list()).toEqual(['orders.csv']);
  });

  test.each([
    [['count', 'missing.csv'], 'missing.csv: it does not exist'],
    [['head', 'orders.csv', '--select', 'statsu'], 'Did you mean "status"?'],
    [['count', 'orders.csv', '--where', 'record.note > 5'], 'Cannot take '],
    [['count', 'orders.csv', '--where', 'record.note > 5'], 'orders.csv line 2 (record 1'],
    [['stats', 'orders.csv', '--where', 'record.note > 5'], 'text cannot be compared with a number'],
  ])('that files show fail with 1: %j, %s', async (args, message) => {
    orders();
    const { code, stdout, stderr } = await cli(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  test('show a stack with --verbose, and a document with --json', async () => {
    const { stderr } = await cli(['count', 'missing.csv', '--verbose']);
    expect(stderr).toContain('    at ');
    const { stdout } = await cli(['count', 'missing.csv', '--json']);
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'ERR_NOT_FOUND' });
  });

  test.each(['head', 'count', 'convert', 'stats', 'inspect'])('%s has help with examples', async (name) => {
    const { code, stdout } = await cli([name, '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Usage: millrace ${name} <.*> \\[options\\]`));
    expect(stdout).toMatch(new RegExp(`Examples:\\n {2}.*millrace ${name} `));
  });
});
