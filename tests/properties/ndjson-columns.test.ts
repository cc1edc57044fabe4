import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/core/random.ts';
import type { DecodeFailure } from '../../src/interfaces/failure.ts';
import { FieldReader } from '../../src/io/formats/ndjson/field-reader.ts';
import { NdjsonDecoder } from '../../src/io/formats/ndjson/ndjson-decoder.ts';
import { RecordShape, wantedFields } from '../../src/io/formats/ndjson/record-shape.ts';
import { mutations } from './mutations.ts';

const MOST_BYTES = 2 ** 20;

/** What `JSON.parse` and then picking gives. */
function picked(record: unknown, names: readonly string[]): unknown {
  if (record === null || record === undefined) return record;
  return Object.fromEntries(
    names.map((name) => [name, Object.hasOwn(Object(record), name) ? (record as never)[name] : undefined]),
  );
}

interface Outcome {
  readonly records: readonly unknown[];
  readonly lines: readonly (number | undefined)[];
  readonly bad: readonly { readonly line?: number | undefined; readonly raw: string | undefined }[];
}

function decoded(file: Buffer, size: number, names?: readonly string[]): Outcome {
  const failures: DecodeFailure[] = [];
  const context = {
    source: 'test',
    failed: (failure: DecodeFailure) => {
      failures.push(failure);
      return undefined;
    },
  };
  const fields = names === undefined ? undefined : new FieldReader(names);
  const decoder = new NdjsonDecoder<unknown>(context, { maxRecordBytes: MOST_BYTES, fields });
  const records: unknown[] = [];
  const lines: (number | undefined)[] = [];
  const take = (batch: ReturnType<typeof decoder.flush>) => {
    for (const [index, record] of (batch?.records ?? []).entries()) {
      records.push(record);
      lines.push(batch!.origin.at(index).line);
    }
  };
  for (let at = 0; at < file.length; at += size) take(decoder.decode(file.subarray(at, at + size)));
  take(decoder.flush());
  return { records, lines, bad: failures.map(({ origin: { line }, raw }) => ({ line, raw })) };
}

/** Enough lines that look alike for their shape to be learned, and then all kinds of others. */
function oddFile(newline: string): Buffer {
  const random = seededRandom(5);
  const odd = [
    '{"id":1,"name":"x","nested":{"a":[1,{"b":2}]},"price":1.5}',
    '{"name":"other order","id":2}',
    '{"id":3,"id":4,"name":"twice","nested":null,"price":1}',
    '{"id":5,"name":"\\u00fc\\"\\\\","nested":{},"price":-0}',
    '{ "id" : 6 , "name" : "spaces" , "nested" : [ ] , "price" : 1e3 }',
    '{"\\u0069d":7,"name":"escaped key","nested":1,"price":2}',
    '{"id":null,"name":null,"nested":null,"price":null}',
    '{"id":8,"name":"more","nested":{},"price":1,"more":true}',
    '{"__proto__":{"id":9},"id":10}',
    '{"id":11,"name":"cut","nested":{},"price":',
    '{"id":12,"name":"\tcontrol","nested":{},"price":1}',
    '{"id":013,"name":"zero","nested":{},"price":1}',
    '{"id":14,"name":"deep","nested":{"a":{"b":{"c":[[[1]]]}}},"price":1}',
    '{}',
    '[]',
    '"text"',
    '7',
    'null',
    '',
    '  ',
  ];
  const lines = Array.from({ length: 4000 }, (_, n) =>
    n > 1500 && random() < 0.3
      ? odd[Math.floor(random() * odd.length)]!
      : `{"id":${n},"name":"nö ${n}","nested":{"a":[${n}]},"price":${n / 4}}`,
  );
  return Buffer.from(lines.join(newline));
}

describe('the columns of NDJSON', () => {
  test.each([
    ['LF', '\n'],
    ['CR LF', '\r\n'],
  ])('are what JSON.parse and picking give, with the same places and bad lines: %s', (_, newline) => {
    const file = oddFile(newline);
    for (const names of [
      ['id'],
      ['price', 'id'],
      ['name', 'missing', 'nested'],
      ['__proto__', 'id'],
      ['constructor'],
    ]) {
      const whole = decoded(file, file.length);
      const expected = { ...whole, records: whole.records.map((record) => picked(record, names)) };
      expect(expected.bad.length).toBeGreaterThan(100);
      for (const size of [1, 7, 65_536, file.length]) {
        const found = decoded(file, size, names);
        expect(found, `${names} in pieces of ${size}`).toEqual(expected);
        const own = (record: unknown) =>
          record === null || Object.keys(record as object).join() === names.join();
        expect(found.records.every(own)).toBe(true);
      }
    }
  });

  test('of lines that were damaged are the same, or the line is bad both ways', () => {
    const fixture = oddFile('\n').subarray(0, 120_000);
    for (const file of mutations(fixture, 3, 60)) {
      const whole = decoded(file, file.length);
      const expected = {
        ...whole,
        records: whole.records.map((record) => picked(record, ['price', 'name'])),
      };
      expect(decoded(file, 4099, ['price', 'name'])).toEqual(expected);
    }
  });

  test('are read by a pattern of a record only where JSON.parse gives the same', () => {
    let read = 0;
    const record = fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }), {
      minKeys: 1,
      maxKeys: 5,
    });
    const changed = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...'{}[]",:\\ 0-eE.u\t\u0000ntl')), {
      maxLength: 2,
    });
    fc.assert(
      fc.property(record, record, changed, (known, other, changes) => {
        const names = [Object.keys(known)[0]!, ...Object.keys(known).slice(-1), 'missing'];
        const wanted = [...new Set(names)];
        const shape = RecordShape.of(known, wantedFields(wanted));
        if (shape === undefined) return;
        for (const base of [
          known,
          { ...known, ...Object.fromEntries(Object.entries(other).slice(0, 1)) },
          other,
        ]) {
          let line = JSON.stringify(base);
          for (const [at, unit] of changes) {
            const place = at % line.length;
            line = line.slice(0, place) + unit + line.slice(place + 1);
          }
          const found = shape.read(`${line}\n`, 0);
          if (found === undefined) continue;
          read++;
          expect(shape.end).toBe(line.length + 1);
          expect(found).toEqual(picked(JSON.parse(line), wanted));
        }
      }),
      { numRuns: 1000 },
    );
    // Else the property would say nothing.
    expect(read).toBeGreaterThan(300);
  });
});
