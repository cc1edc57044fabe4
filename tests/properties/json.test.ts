import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { parser } from 'stream-json';
import { Assembler } from 'stream-json/core/assembler.js';
import { jsonParser } from 'stream-json/core/parser.js';
import { pick } from 'stream-json/filters/pick.js';
import { streamArray } from 'stream-json/streamers/stream-array.js';
import { describe, expect, test } from 'vitest';
import { ARRAY_END, OBJECT_END } from '../../src/io/formats/json/element-spans.ts';
import { JsonDecoder } from '../../src/io/formats/json/json-decoder.ts';
import { jsonPath, type Step } from '../../src/io/formats/json/json-path.ts';
import { PickDecoder } from '../../src/io/formats/json/pick-decoder.ts';
import { ValuesDecoder } from '../../src/io/formats/json/values-decoder.ts';
import { NdjsonDecoder } from '../../src/io/formats/ndjson/ndjson-decoder.ts';
import { decodeInPieces } from '../unit/io/decode-in-pieces.ts';

const LIMITS = { maxDepth: 512, maxRecordBytes: 2 ** 20, maxKeys: 1000, bigints: 'number' as const };

function decodeArray(text: string, size: number, names: readonly string[] = [], limits = {}) {
  const path = { names, closer: ARRAY_END };
  return decodeInPieces(
    (context) => new JsonDecoder(context, { ...LIMITS, ...limits, path }),
    Buffer.from(text),
    size,
  );
}

function decodeMembers(text: string, size: number, limits = {}) {
  const path = { names: [], closer: OBJECT_END };
  return decodeInPieces(
    (context) => new JsonDecoder(context, { ...LIMITS, ...limits, path }),
    Buffer.from(text),
    size,
  );
}

function decodeValues(text: string, size: number, limits = {}) {
  return decodeInPieces(
    (context) => new ValuesDecoder(context, { ...LIMITS, ...limits, single: false }),
    Buffer.from(text),
    size,
  );
}

function decodePicks(text: string, size: number, paths: readonly string[], limits = {}) {
  const settings = { ...LIMITS, ...limits, paths: paths.map((path) => jsonPath(path)!), many: false };
  return decodeInPieces(
    (context) => new PickDecoder(context, settings, { jsonParser, Assembler }),
    Buffer.from(text),
    size,
  );
}

/** Arrays as texts, with white space of every kind around every token that may have it. */
const arrays = fc
  .tuple(fc.array(fc.jsonValue({ stringUnit: 'grapheme' })), fc.constantFrom(undefined, 1, '\t', '  '))
  .map(([values, indent]) => JSON.stringify(values, null, indent))
  .map((text) => (text.length % 2 === 0 ? text.replaceAll('\n', '\r\n') : ` ${text}\n`));

/** Texts in which one character was left out, doubled, or replaced by one that means something. */
const damaged = fc
  .tuple(arrays, fc.nat(), fc.constantFrom('', '', ...'"\\[]{},:01-.eEtnu \n\u0001é'))
  .map(([text, place, by]) => {
    const at = place % text.length;
    return text.slice(0, at) + by + text.slice(at + (place % 2));
  })
  .map((text) => text.toWellFormed());

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// Shrinking long texts takes minutes.
fc.configureGlobal({ interruptAfterTimeLimit: 20_000, markInterruptAsFailure: true });

describe('json', () => {
  test('any chunking of any array gives what JSON.parse gives, with exact origins', () => {
    fc.assert(
      fc.property(arrays, fc.integer({ min: 1, max: 40 }), (text, size) => {
        const { records, origins, raws, error, failures } = decodeArray(text, size);
        expect({ error, failures }).toEqual({ error: undefined, failures: [] });
        expect(records).toEqual(JSON.parse(text));
        const bytes = Buffer.from(text);
        for (const [index, { byte, line }] of origins.entries()) {
          const raw = Buffer.from(raws[index]!);
          expect(bytes.subarray(byte, byte! + raw.length)).toEqual(raw);
          expect(line).toBe(bytes.subarray(0, byte).toString().split('\n').length);
        }
      }),
    );
  });

  test('what JSON.parse refuses is refused, what it takes is taken, in any chunking', () => {
    fc.assert(
      fc.property(damaged, fc.integer({ min: 1, max: 40 }), (text, size) => {
        const { records, error, failures } = decodeArray(text, size);
        const whole = parsed(text);
        const taken = error === undefined && failures.length === 0;
        expect(taken).toBe(Array.isArray(whole));
        if (taken) expect(records).toEqual(whole);
      }),
      { numRuns: 400 },
    );
  });

  test('any chunking of a damaged array gives the same records, bad records and error', () => {
    fc.assert(
      fc.property(damaged, fc.integer({ min: 1, max: 40 }), (text, size) => {
        expect(decodeArray(text, size)).toEqual(decodeArray(text, text.length * 4));
      }),
      { numRuns: 200 },
    );
  });

  test('what lies around the array is checked as JSON.parse checks it', () => {
    const wrapped = fc
      .tuple(
        fc.jsonValue({ stringUnit: 'grapheme' }),
        fc.jsonValue({ maxDepth: 3 }),
        fc.nat(),
        fc.constantFrom(...'"\\[]{},:0-.eu \n'),
      )
      .map(([before, after, place, by]) => {
        const text = `{"before":${JSON.stringify(before, null, 1)},"a":[1],"after":${JSON.stringify(after)}}`;
        const at = place % text.length;
        return place % 3 === 0 ? text : text.slice(0, at) + by + text.slice(at + (place % 2));
      })
      .map((text) => text.toWellFormed());
    fc.assert(
      fc.property(wrapped, fc.integer({ min: 1, max: 40 }), (text, size) => {
        const { records, error, failures } = decodeArray(text, size, ['a']);
        const whole = parsed(text) as { a?: unknown } | undefined;
        const expected = Array.isArray(whole) || typeof whole !== 'object' ? undefined : whole?.a;
        const taken = error === undefined && failures.length === 0;
        if (whole === undefined) expect(taken).toBe(false);
        else if (!/"a".*"a"/s.test(text)) {
          expect(taken).toBe(Array.isArray(expected));
          if (taken) expect(records).toEqual(expected);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('an array at a path is the one that stream-json picks', async () => {
    const document = fc.record({
      x: fc.jsonValue(),
      data: fc.record({ items: fc.array(fc.jsonValue()), n: fc.jsonValue() }),
    });
    await fc.assert(
      fc.asyncProperty(document, fc.integer({ min: 1, max: 40 }), async (value, size) => {
        const text = JSON.stringify(value);
        const picked: unknown[] = [];
        await pipeline(
          Readable.from([text]),
          parser.asStream(),
          pick.asStream({ filter: 'data.items' }),
          streamArray.asStream(),
          async (elements) => {
            for await (const { value: element } of elements) picked.push(element);
          },
        );
        expect(decodeArray(text, size, ['data', 'items']).records).toEqual(picked);
      }),
      { numRuns: 50 },
    );
  });
});

describe('json in larger pieces', () => {
  const large = fc
    .tuple(fc.array(fc.jsonValue({ stringUnit: 'grapheme' }), { minLength: 20, maxLength: 80 }), fc.boolean())
    .map(([values, pretty]) => JSON.stringify(values, null, pretty ? 2 : undefined));

  test('any chunking of a long array gives what JSON.parse gives', () => {
    fc.assert(
      fc.property(large, fc.integer({ min: 200, max: 3000 }), (text, size) => {
        const { records, error, failures } = decodeArray(text, size);
        expect({ records, error, failures }).toEqual({
          records: JSON.parse(text),
          error: undefined,
          failures: [],
        });
      }),
      { numRuns: 50 },
    );
  });

  test('any chunking of a long array with limits and faults gives the same', () => {
    const faulty = fc
      .tuple(large, fc.array(fc.tuple(fc.nat(), fc.constantFrom(...'"\\[]{},: \nx'))))
      .map(([text, edits]) => {
        const units = [...text];
        for (const [at, by] of edits) units[at % units.length] = by;
        return units.join('').toWellFormed();
      });
    fc.assert(
      fc.property(
        faulty,
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 10, max: 500 }),
        (text, size, maxRecordBytes) => {
          const limits = { maxRecordBytes, maxKeys: 3, maxDepth: 4 };
          expect(decodeArray(text, size, [], limits)).toEqual(decodeArray(text, text.length * 4, [], limits));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('json with small limits', () => {
  test('any chunking of damaged arrays gives the same, limits included', () => {
    fc.assert(
      fc.property(
        damaged,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (text, size, maxRecordBytes) => {
          const limits = { maxRecordBytes, maxDepth: 5, maxKeys: 2 };
          expect(decodeArray(text, size, [], limits)).toEqual(decodeArray(text, text.length * 4, [], limits));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('json members', () => {
  const space = fc.constantFrom('', ' ', '\n', '\r\n\t');
  const members = fc.array(
    fc.tuple(fc.string({ unit: 'grapheme', maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), space),
  );
  const objects = members.map((list) => {
    const texts = list.map(
      ([key, value, gap]) =>
        `${gap}${JSON.stringify(key)}${gap}:${gap}${JSON.stringify(value, null, gap)}${gap}`,
    );
    return { text: `{${texts.join(',')}}`, list };
  });

  test('any chunking gives every member, in order, also keys that come twice or look like numbers', () => {
    fc.assert(
      fc.property(objects, fc.integer({ min: 1, max: 40 }), ({ text, list }, size) => {
        const { records, error, failures, raws } = decodeMembers(text, size);
        expect({ error, failures }).toEqual({ error: undefined, failures: [] });
        expect(records).toEqual(
          list.map(([key, value]) => ({ key, value: JSON.parse(JSON.stringify(value)) })),
        );
        for (const raw of raws) expect(JSON.parse(`{${raw}}`)).toBeInstanceOf(Object);
      }),
      { numRuns: 200 },
    );
  });

  test('what JSON.parse refuses is refused, and any chunking gives the same', () => {
    const faulty = fc
      .tuple(objects, fc.nat(), fc.constantFrom('', ...'"\\[]{},: x1'), fc.integer({ min: 5, max: 60 }))
      .map(([{ text }, place, by, limit]) => {
        const at = place % text.length;
        return { text: (text.slice(0, at) + by + text.slice(at + (place % 2))).toWellFormed(), limit };
      });
    fc.assert(
      fc.property(faulty, fc.integer({ min: 1, max: 40 }), ({ text, limit }, size) => {
        const whole = parsed(text);
        const { error, failures } = decodeMembers(text, size);
        const taken = error === undefined && failures.length === 0;
        expect(taken).toBe(typeof whole === 'object' && whole !== null && !Array.isArray(whole));
        const limits = { maxRecordBytes: limit };
        expect(decodeMembers(text, size, limits)).toEqual(decodeMembers(text, text.length * 4, limits));
      }),
      { numRuns: 500 },
    );
  });
});

describe('json values', () => {
  const gaps = fc.constantFrom(' ', '\n', '\r\n', '\x1e', '\n\x1e', ' \t ');
  const sequences = fc.array(fc.tuple(fc.jsonValue({ stringUnit: 'grapheme' }), gaps));

  test('any chunking of values one after another gives the values, with exact origins', () => {
    fc.assert(
      fc.property(sequences, fc.integer({ min: 1, max: 40 }), (list, size) => {
        const text = list.map(([value, gap]) => JSON.stringify(value) + gap).join('');
        const { records, origins, raws, error, failures } = decodeValues(text, size);
        expect({ error, failures }).toEqual({ error: undefined, failures: [] });
        expect(records).toEqual(list.map(([value]) => JSON.parse(JSON.stringify(value))));
        const bytes = Buffer.from(text);
        for (const [index, { byte, line }] of origins.entries()) {
          const raw = Buffer.from(raws[index]!);
          expect(bytes.subarray(byte, byte! + raw.length)).toEqual(raw);
          expect(line).toBe(bytes.subarray(0, byte).toString().split('\n').length);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('objects, arrays and strings need nothing between them', () => {
    const closed = fc.array(fc.jsonValue().filter((value) => /^["[{]/.test(JSON.stringify(value))));
    fc.assert(
      fc.property(closed, fc.integer({ min: 1, max: 40 }), (values, size) => {
        const text = values.map((value) => JSON.stringify(value)).join('');
        expect(decodeValues(text, size).records).toEqual(JSON.parse(JSON.stringify(values)));
      }),
    );
  });

  test('any chunking of damaged values gives the same, limits included', () => {
    const faulty = fc
      .tuple(sequences, fc.array(fc.tuple(fc.nat(), fc.constantFrom(...'"\\[]{},: x\x1e\x00'))))
      .map(([list, edits]) => {
        const units = [...list.map(([value, gap]) => JSON.stringify(value) + gap).join('')];
        for (const [at, by] of edits) units[at % Math.max(1, units.length)] = by;
        return units.join('').toWellFormed();
      });
    fc.assert(
      fc.property(
        faulty,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 60 }),
        (text, size, maxRecordBytes) => {
          const limits = { maxRecordBytes, maxDepth: 3 };
          expect(decodeValues(text, size, limits)).toEqual(decodeValues(text, text.length * 4 + 1, limits));
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** What paths lead to, by their meaning: in the order of the document, nothing within what was picked. */
function picked(root: unknown, paths: readonly (readonly Step[])[]): unknown[] {
  const found: unknown[] = [];
  const visit = (value: unknown, key: string, ways: readonly (readonly Step[])[], last?: Step): void => {
    const arrived = ways.findIndex((way) => way.length === 0);
    if (arrived !== -1) {
      const kinds = ways.filter((way) => way.length === 0);
      found.push(kinds.length > 0 && last?.kind === 'members' ? { key, value } : value);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    for (const [name, child] of Object.entries(value)) {
      const next: (readonly Step[])[] = [];
      let via: Step | undefined;
      for (const way of ways) {
        const step = way[0]!;
        if (step.kind === 'anywhere') next.push(way);
        const leads =
          (step.kind === 'elements' && Array.isArray(value)) ||
          (step.kind === 'members' && !Array.isArray(value)) ||
          (step.kind === 'index' && Array.isArray(value) && Number(name) === step.index) ||
          ('name' in step && !Array.isArray(value) && step.name === name);
        if (leads) {
          next.push(way.slice(1));
          if (way.length === 1) via ??= step;
        }
      }
      if (next.length > 0) visit(child, name, next, via);
    }
  };
  visit(root, '', paths);
  return found;
}

describe('json picks', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'é "', '__proto__');
  const { document } = fc.letrec((tie) => ({
    document: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.jsonValue({ maxDepth: 0, stringUnit: 'grapheme' }),
      fc.array(tie('document'), { maxLength: 4 }),
      fc.dictionary(key, tie('document'), { maxKeys: 4 }),
    ),
  }));
  const steps = fc.array(
    fc.constantFrom('.a', '.b', '["é \\""]', "['__proto__']", '[*]', '.*', '[0]', '[1]', '..a', '..c'),
    { minLength: 1, maxLength: 4 },
  );
  const lists = fc.array(
    steps.map((list) => `$${list.join('')}`),
    { minLength: 1, maxLength: 3 },
  );

  test('are what the paths mean, in any chunking, with exact places', () => {
    fc.assert(
      fc.property(document, lists, fc.integer({ min: 1, max: 40 }), (value, paths, size) => {
        const text = JSON.stringify(value, null, 1);
        const expected = picked(
          JSON.parse(text),
          paths.map((path) => jsonPath(path)!),
        );
        const { records, origins, error } = decodePicks(text, size, paths);
        expect(error).toBeUndefined();
        expect(records).toEqual(expected);
        const bytes = Buffer.from(text);
        for (const { byte, line } of origins) {
          expect(String.fromCharCode(bytes[byte!]!)).toMatch(/["[{\dtfn-]/);
          expect(line).toBe(bytes.subarray(0, byte).toString().split('\n').length);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('of a damaged document are the same in any chunking, and it is refused as JSON.parse refuses it', () => {
    fc.assert(
      fc.property(
        damaged,
        lists,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 60 }),
        (text, paths, size, maxRecordBytes) => {
          const limits = { maxRecordBytes, maxKeys: 3 };
          const outcome = decodePicks(text, size, paths, limits);
          expect(outcome).toEqual(decodePicks(text, text.length * 4, paths, limits));
          expect(outcome.error === undefined).toBe(parsed(text) !== undefined);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('ndjson', () => {
  const files = fc
    .array(
      fc.oneof(
        fc.jsonValue().map((value) => JSON.stringify(value)),
        fc.constantFrom('', ' ', '\r', '{"a":', '1 2', 'é'),
      ),
    )
    .map((lines) => lines.join('\n'));

  test('any chunking gives the same records, bad records and origins', () => {
    fc.assert(
      fc.property(
        files,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 60 }),
        (text, size, limit) => {
          const make = (context: ConstructorParameters<typeof NdjsonDecoder>[0]) =>
            new NdjsonDecoder(context, { maxRecordBytes: limit });
          const bytes = Buffer.from(text);
          expect(decodeInPieces(make, bytes, size)).toEqual(decodeInPieces(make, bytes, bytes.length + 1));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('each line that JSON.parse takes is a record, each other a bad one', () => {
    fc.assert(
      fc.property(files, fc.integer({ min: 1, max: 40 }), (text, size) => {
        const lines = text.split('\n').filter((line) => line.trim() !== '');
        const good = lines.filter((line) => line !== 'undefined' && parsed(line) !== undefined);
        const decoded = decodeInPieces(
          (context) => new NdjsonDecoder(context, { maxRecordBytes: 2 ** 20 }),
          Buffer.from(text),
          size,
        );
        expect(decoded.records).toEqual(good.map((line) => JSON.parse(line)));
        expect(decoded.failures).toHaveLength(lines.length - good.length);
      }),
    );
  });
});
