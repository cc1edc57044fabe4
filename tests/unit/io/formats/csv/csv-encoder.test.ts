import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { CsvEncoder } from '../../../../../src/io/formats/csv/csv-encoder.ts';
import { type CsvWriteOptions, CsvWriteSchema } from '../../../../../src/io/formats/csv/csv-write-options.ts';

/** An encoder whose bytes are shown as text. */
function encoder(options: CsvWriteOptions = {}, header = true) {
  const made = new CsvEncoder<unknown>(CsvWriteSchema.parse(options), header);
  return {
    encode: (records: readonly unknown[]) => Buffer.from(made.encode(records)).toString(),
    finish: () => Buffer.from(made.finish()).toString(),
  };
}

function encode(records: readonly unknown[], options: CsvWriteOptions = {}): string {
  const made = encoder(options);
  return made.encode(records) + made.finish();
}

function refused(found: RegExp) {
  return expect.objectContaining({ code: 'ERR_ENCODE', message: expect.stringMatching(found) });
}

describe('writing csv', () => {
  test('quotes only what needs it', () => {
    expect(
      encode([
        { a: 'plain', b: 'in the middle' },
        { a: ' x', b: 'x ' },
        { a: 'a,b', b: 'say "hi"' },
        { a: 'two\nlines', b: 'c\r' },
      ]),
    ).toBe('a,b\nplain,in the middle\n" x","x "\n"a,b","say ""hi"""\n"two\nlines","c\r"\n');
  });

  test('values become text: nothing for null and undefined, ISO dates, JSON for what is nested', () => {
    const date = new Date(Date.UTC(2024, 1, 29));
    expect(
      encode([[1.5, -0, Number.NaN, 10n, true, null, undefined, date, { a: [1] }, [1, 'x'], '']], {
        header: false,
      }),
    ).toBe('1.5,0,NaN,10,true,,,2024-02-29T00:00:00.000Z,"{""a"":[1]}","[1,""x""]",\n');
  });

  test('what cannot be text is refused with its place in the batch', () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    for (const value of [Symbol('s'), () => 1, circular, { n: 1n }, new Date(Number.NaN)]) {
      expect(() => encode([{ a: 1 }, { a: value }])).toThrow(
        refused(/^Cannot encode record 2 of a batch as CSV/),
      );
    }
    for (const record of [null, undefined, 'text', 7, {}, []]) {
      expect(() => encode([record])).toThrow(refused(/record 1 of a batch/));
    }
  });

  test('a key that is no column is refused, or left out when that is said', () => {
    expect(() =>
      encode([
        { id: 1, note: 'x' },
        { id: 2, notes: 'y' },
      ]),
    ).toThrow(
      expect.objectContaining({
        message: 'Cannot encode record 2 of a batch as CSV: its key "notes" is no column',
        hint: expect.stringContaining('Did you mean "note"?'),
        details: { index: 1 },
      }),
    );
    expect(() =>
      encode([
        { a: 1, b: undefined },
        { a: 2, c: 3 },
      ]),
    ).toThrow(refused(/"c" is no column/));
    expect(() => encode([{ a: 1 }, { a: 2, b: 3 }])).toThrow(refused(/"b" is no column/));
    expect(encode([{ a: 1 }, { a: 2, b: 3 }], { extra: 'ignore' })).toBe('a\n1\n2\n');
  });

  test('missing keys are empty fields', () => {
    expect(encode([{ a: 1, b: 2 }, { b: 3 }, { a: undefined, b: null }])).toBe('a,b\n1,2\n,3\n,\n');
  });

  test('a record that lacks a column is refused when that is said, null is a value', () => {
    const columns = ['a', 'constructor'];
    const options = { columns, missing: 'fail' } as const;
    expect(encode([{ a: null, constructor: 1 }], options)).toBe('a,constructor\n,1\n');
    expect(() => encode([{ a: 1, constructor: 2 }, { a: 2 }], options)).toThrow(
      expect.objectContaining({
        code: 'ERR_ENCODE',
        message: 'Cannot encode record 2 of a batch as CSV: it lacks the column "constructor"',
        details: { index: 1 },
      }),
    );
    expect(() => encode([[1, undefined]], options)).toThrow(refused(/it lacks the column "constructor"/));
    const made = encoder(options);
    expect(() => made.encode([{ a: undefined, constructor: 1n }])).toThrow(refused(/"a"/));
    expect(made.encode([{ a: 1, constructor: 1n }])).toBe('a,constructor\n1,1\n');
  });

  test('all texts are quoted, or all fields, but never what is not there', () => {
    const date = new Date(Date.UTC(2024, 1, 29));
    const records = [{ a: 'x', b: 1.5, c: true, d: null, e: undefined, f: '', g: date, h: 10n }];
    expect(encode(records, { quotes: 'strings' })).toBe(
      '"a","b","c","d","e","f","g","h"\n"x",1.5,true,,,"","2024-02-29T00:00:00.000Z",10\n',
    );
    expect(encode(records, { quotes: 'all' })).toBe(
      '"a","b","c","d","e","f","g","h"\n"x","1.5","true",,,"","2024-02-29T00:00:00.000Z","10"\n',
    );
  });

  test('numbers that hold the delimiter or the quote are quoted', () => {
    expect(encode([[1.5, -2, 10n, 25.25]], { delimiter: '.', header: false })).toBe('"1.5".-2.10."25.25"\n');
    expect(encode([[15, 2, true]], { delimiter: '5', header: false })).toBe('"15"525true\n');
    expect(encode([[15, -2, 'true']], { quote: '5', delimiter: 't', header: false })).toBe(
      '51555t-2t5true5\n',
    );
  });

  test('a key is refused also when as many others are missing, and after records with other orders', () => {
    const made = encoder({ columns: ['a', 'b', 'c'] });
    expect(
      made.encode([
        { c: 3, a: 1, b: 2 },
        { b: 2, a: 1 },
        { a: 1, b: 2, c: 3 },
      ]),
    ).toBe('a,b,c\n1,2,3\n1,2,\n1,2,3\n');
    expect(() => made.encode([{ a: 1, b: 2, x: 3 }])).toThrow(refused(/"x" is no column/));
    expect(() => made.encode([{ a: 1, b: undefined, c: undefined, x: 3 }])).toThrow(refused(/"x"/));
  });

  test('a getter that encodes other records in the meantime does not mix them up', () => {
    const other = encoder();
    const record = {
      a: 'before',
      get b() {
        return other.encode([{ x: 'other '.repeat(10) }, { x: 2 }]).length;
      },
      c: 'after',
    };
    expect(encode([record, record])).toBe('a,b,c\nbefore,67,after\nbefore,65,after\n');
  });

  test('what was encoded stays as it is when more is encoded, by others too', () => {
    const settings = CsvWriteSchema.parse({});
    const [one, two] = [new CsvEncoder<unknown>(settings, true), new CsvEncoder<unknown>(settings, true)];
    const first = one.encode([{ a: 'first' }]);
    const large = two.encode([{ a: 'x'.repeat(300_000) }]);
    one.encode([{ a: 'third' }]);
    expect(Buffer.from(first).toString()).toBe('a\nfirst\n');
    expect(Buffer.from(large).toString()).toBe(`a\n${'x'.repeat(300_000)}\n`);
  });

  test('what objects inherit is no value', () => {
    const columns = ['constructor', '__proto__', 'toString', 'a'];
    expect(encode([{ a: 1 }, JSON.parse('{"__proto__":"p","constructor":"c"}')], { columns })).toBe(
      'constructor,__proto__,toString,a\n,,,1\nc,p,,\n',
    );
  });

  test('getters of classes are values', () => {
    class Order {
      readonly #cents = 250;
      get total() {
        return this.#cents / 100;
      }
    }
    expect(encode([new Order()], { columns: ['total'] })).toBe('total\n2.5\n');
  });

  test('arrays need as many fields as columns, and names for a header', () => {
    expect(encode([[1, 2]], { columns: ['a', 'b'] })).toBe('a,b\n1,2\n');
    expect(() => encode([[1, 2], [3]], { header: false })).toThrow(refused(/an array of 1 fields, not 2/));
    expect(() => encode([[1]])).toThrow(refused(/names no columns/));
  });

  test('one empty field is quoted, so that the row is there when it is read', () => {
    expect(encode([{ a: '' }, { a: null }])).toBe('a\n""\n""\n');
    expect(() => encode([{ a: '' }], { quote: '' })).toThrow(refused(/no row without quotes/));
  });

  test('without quotes, what would need them is refused', () => {
    expect(encode([{ a: '"x"' }], { quote: '', delimiter: '\t' })).toBe('a\n"x"\n');
    expect(() => encode([{ a: 'x\ty' }], { quote: '', delimiter: '\t' })).toThrow(
      refused(/nothing is quoted/),
    );
  });

  test('other quotes and delimiters, regular expression characters too', () => {
    expect(encode([{ a: "it's", b: 'x|y' }], { quote: "'", delimiter: '|' })).toBe("a|b\n'it''s'|'x|y'\n");
    expect(encode([{ a: 'x^-]y', b: '^-]' }], { delimiter: '^-]' })).toBe('a^-]b\n"x^-]y"^-]"^-]"\n');
  });

  test('formulas are disarmed only when that is said, numbers never', () => {
    const records = [{ a: '=1+1', b: '@x', c: -5, d: '-5', e: '\tx', f: 'a=b' }];
    expect(encode(records)).toBe('a,b,c,d,e,f\n=1+1,@x,-5,-5,\tx,a=b\n');
    expect(encode(records, { escapeFormulas: true })).toBe(
      `a,b,c,d,e,f\n"'=1+1","'@x",-5,"'-5","'\tx",a=b\n`,
    );
  });

  test('a byte order mark as data is quoted, so that it is not read as a mark', () => {
    expect(encode([{ '\ufeffa': 'x' }])).toBe('"\ufeffa"\nx\n');
  });

  test('the header is written once, also when the first batch was refused', () => {
    const made = encoder();
    expect(() => made.encode([{ a: 1 }, { a: 2, b: 3 }])).toThrow();
    expect(made.encode([{ x: 1 }])).toBe('x\n1\n');
    expect(made.encode([])).toBe('');
    expect(made.encode([{ x: 2 }])).toBe('2\n');
    expect(made.finish()).toBe('');
  });

  test('no header where there is something before, and one without records where columns are known', () => {
    expect(encoder({}, false).encode([{ a: 1 }])).toBe('1\n');
    expect(encode([], { columns: ['a', 'b'] })).toBe('a,b\n');
    expect(encode([])).toBe('');
  });

  test('where code must not be generated, reading and writing give the same', () => {
    const folder = new URL('../../../../../src/io/formats/csv/', import.meta.url);
    const script = `
      const { recordBuilder } = await import('${new URL('../../../core/record-builder.ts', folder).href}');
      const { rowWriter } = await import('${new URL('row-writer.ts', folder).href}');
      const names = ['a', '__proto__', 'constructor'];
      const record = recordBuilder(names.map((name, index) => ({ name, from: index })))(['1', '2', '3']);
      const write = (values, row = []) => (rowWriter(names)(values, { put: (value) => row.push(value) }), row);
      console.log(JSON.stringify([Object.entries(record), write(record), write({ a: 1 })]));`;
    const outputs = [[], ['--disallow-code-generation-from-strings']].map((flags) => {
      const { stdout } = spawnSync(process.execPath, [...flags, '--input-type=module', '-e', script]);
      return JSON.parse(stdout.toString());
    });
    expect(outputs[0]).toEqual([
      [
        ['a', '1'],
        ['__proto__', '2'],
        ['constructor', '3'],
      ],
      ['1', '2', '3'],
      [1, null, null],
    ]);
    expect(outputs[1]).toEqual(outputs[0]);
  });
});

describe('the options of csv', () => {
  test('that contradict each other are refused', async () => {
    const { csvReader } = await import('../../../../../src/io/formats/csv/csv-reader.ts');
    const { csvWriter } = await import('../../../../../src/io/formats/csv/csv-writer.ts');
    const wrong = expect.objectContaining({ code: 'ERR_OPTIONS' });
    for (const options of [
      { delimiter: '"' },
      { delimiter: '\n' },
      { quote: '""' },
      { comment: '"x' },
      { comment: ',' },
      { header: false, columns: ['a'] },
      { header: ['a', 'a'] },
      { columns: [] },
      { delimeter: ';' },
      { maxRecordBytes: 0 },
    ]) {
      expect(() => csvReader('x.csv', options as never), JSON.stringify(options)).toThrow(wrong);
    }
    for (const options of [
      { columns: ['a', 'a'] },
      { quote: ',' },
      { delimiter: 'auto' },
      { quotes: 'all', quote: '' },
      { newline: '\r' },
    ]) {
      expect(() => csvWriter('x.csv', options as never), JSON.stringify(options)).toThrow(wrong);
    }
  });
});
