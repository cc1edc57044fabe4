import { describe, expect, test } from 'vitest';
import { millraceVersion } from '../../../../src/core/version.ts';
import type { CheckpointContent } from '../../../../src/interfaces/checkpoint.ts';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  verifyCheckpoint,
} from '../../../../src/processing/checkpoint/checkpoint-file.ts';
import {
  headBytes,
  type Packing,
  readHead,
} from '../../../../src/processing/checkpoint/checkpoint-format.ts';
import { encodeSnapshot } from '../../../../src/processing/checkpoint/snapshot-codec.ts';

const WHERE = 'checkpoint 7 in ./state';
const values: Readonly<Record<string, unknown>> = {
  sort: { rows: Array.from({ length: 20_000 }, (_, n) => ({ id: n, name: `row ${n % 10}` })) },
  'read orders': { file: 'orders.csv', offset: 12_345n },
  '': undefined,
};
const content = (states: CheckpointContent['states'] = statesOf(values)): CheckpointContent => ({
  id: 7,
  time: 1_700_000_000_000,
  pipeline: 'orders',
  complete: 'stopped',
  manifest: { fingerprint: ['a', 'b'], since: new Date(5) },
  states,
});

function statesOf(all: Readonly<Record<string, unknown>>): CheckpointContent['states'] {
  return Object.entries(all).map(([name, value]) => [name, encodeSnapshot(value)] as const);
}

function fileOf(states?: CheckpointContent['states'], packing?: Packing): Buffer {
  return Buffer.concat([...encodeCheckpoint(content(states), packing === undefined ? {} : { packing })]);
}

describe('a checkpoint file', () => {
  test.each<Packing>(['none', 'zstd'])('gives back head, manifest and states, packed by %s', (packing) => {
    const { states, ...head } = decodeCheckpoint(fileOf(statesOf(values), packing), WHERE);
    const { states: _, ...expected } = content();
    expect(head).toEqual({ ...expected, format: 1, millrace: millraceVersion() });
    expect([...states.keys()]).toEqual(Object.keys(values));
    for (const [name, state] of states) {
      expect(state.value()).toEqual(values[name]);
      expect(state.bytes).toBe(Buffer.concat([...encodeSnapshot(values[name])]).length);
      expect(state.value(), 'a new copy each time').toEqual(values[name]);
    }
  });

  test('is smaller when it is packed', () => {
    expect(fileOf(statesOf(values), 'zstd').length).toBeLessThan(fileOf().length / 3);
  });

  test('takes states that were encoded before, in one chunk or many', () => {
    const bytes = Buffer.concat([...encodeSnapshot(values.sort)]);
    const large = Buffer.concat([...encodeSnapshot('漢'.repeat(2_000_000))]);
    for (const packing of ['none', 'zstd'] as const) {
      const file = fileOf(
        [
          ['a', [bytes]],
          ['b', [bytes.subarray(0, 9), new Uint8Array(), bytes.subarray(9)]],
          ['c', [large]],
        ],
        packing,
      );
      const { states } = verifyCheckpoint(file, WHERE);
      expect(states.get('a')!.value()).toEqual(values.sort);
      expect(states.get('b')!.value()).toEqual(values.sort);
      expect(states.get('c')!.value()).toBe('漢'.repeat(2_000_000));
    }
  });

  test('is made state by state, as it is asked for', () => {
    const asked: string[] = [];
    const states = (function* () {
      for (const name of ['a', 'b']) {
        asked.push(name);
        yield [name, encodeSnapshot(name)] as const;
      }
    })();
    const chunks = encodeCheckpoint(content(states));
    chunks.next();
    expect(asked).toEqual([]);
    chunks.next();
    expect(asked).toEqual(['a']);
  });

  test('with no states and nothing in its manifest is one all the same', () => {
    const file = Buffer.concat([...encodeCheckpoint({ ...content([]), manifest: undefined })]);
    expect(decodeCheckpoint(file, WHERE)).toMatchObject({ id: 7, manifest: undefined, states: new Map() });
  });

  test('has no two states of one name', () => {
    const same = [
      ['a', encodeSnapshot(1)],
      ['a', encodeSnapshot(2)],
    ] as const;
    expect(() => fileOf(same)).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL' }));
  });

  test('says what in the manifest cannot be kept', () => {
    const bad = { ...content([]), manifest: { graph: { nodes: [() => 1] } } };
    expect(() => [...encodeCheckpoint(bad)]).toThrow(
      'Cannot keep checkpoint.manifest.graph.nodes[0] in a checkpoint: it is a function',
    );
  });

  test.each<Packing>(['none', 'zstd'])(
    'is refused with any bit changed, or cut off anywhere, packed by %s',
    (packing) => {
      const file = fileOf(statesOf({ a: { text: 'some state', n: 1 }, b: [1, 2, 3] }), packing);
      for (let at = 0; at < file.length; at++) {
        for (let bit = 0; bit < 8; bit++) {
          const other = Buffer.from(file);
          other[at]! ^= 1 << bit;
          expect(() => decodeCheckpoint(other, WHERE), `bit ${bit} of byte ${at}`).toThrow(
            expect.objectContaining({
              code: 'ERR_CHECKPOINT',
              message: expect.stringContaining(`Cannot read ${WHERE}: `),
            }),
          );
        }
        expect(() => decodeCheckpoint(file.subarray(0, at), WHERE), `${at} bytes`).toThrow(
          expect.objectContaining({ code: 'ERR_CHECKPOINT' }),
        );
      }
    },
  );

  test('is refused when states are exchanged for those of another, of the same length', () => {
    const [one, two] = [fileOf(statesOf({ a: 'aaaa' })), fileOf(statesOf({ a: 'bbbb' }))];
    const mixed = Buffer.from(one);
    const start = readHead(one)!.end;
    two.copy(mixed, start, start, start + 6);
    expect(() => decodeCheckpoint(mixed, WHERE)).toThrow('the state of "a" does not match its checksum');
  });

  test('of a newer format is never taken for damage, and names who wrote it', () => {
    const file = fileOf();
    const newer = Buffer.concat([headBytes(2, '9.8.7'), file.subarray(readHead(file)!.end)]);
    expect(() => decodeCheckpoint(newer, WHERE)).toThrow(
      expect.objectContaining({
        code: 'ERR_CHECKPOINT_VERSION',
        message: `Cannot read ${WHERE}: millrace 9.8.7 wrote it in format 2, and this one, ${millraceVersion()}, knows formats up to 1`,
        hint: expect.stringContaining('Go on with millrace 9.8.7 or later'),
        details: { format: 2, millrace: '9.8.7' },
      }),
    );
  });

  test('whose state is no snapshot, though its checksum is right, is found by verifying it', () => {
    const file = fileOf([
      ['good', encodeSnapshot(1)],
      ['bad', [Buffer.from([1, 99])]],
    ]);
    expect(decodeCheckpoint(file, WHERE).states.size).toBe(2);
    expect(() => verifyCheckpoint(file, WHERE)).toThrow(
      expect.objectContaining({
        code: 'ERR_CHECKPOINT',
        message: expect.stringContaining('the state of "bad"'),
      }),
    );
  });
});
