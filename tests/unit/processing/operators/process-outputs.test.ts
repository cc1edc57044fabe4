import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import { discard } from '../../../../src/io/memory/discard.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { processKeyed } from '../../../../src/processing/operators/process-keyed.ts';
import { records } from '../../../../src/processing/operators/process-spec.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { run } from '../../../../src/start.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';

const NUMBERS = [1, 2, 3, 4, 5, 6];

const parted = () =>
  from(NUMBERS)
    .keyBy((n) => n % 2)
    .process({
      outputs: { odd: records<string>(), six: records<number>() },
      onRecord(n, { key, output }) {
        if (key === 1) output('odd', `odd ${n}`);
        else if (n === 6) output('six', n);
        else return [n];
        return [];
      },
    });

describe('side outputs', () => {
  test('are flows of their own, and the balance closes', async () => {
    const [main, odd, six] = [toArray<number>(), toArray<string>(), toArray<number>()];
    const flows = parted();
    expect(Object.isFrozen(flows)).toBe(true);
    const { balance } = await run(pipeline('x', [flows.main.to(main), flows.odd.to(odd), flows.six.to(six)]));
    expect([main.records, odd.records, six.records]).toEqual([[2, 4], ['odd 1', 'odd 3', 'odd 5'], [6]]);
    expect(balance).toMatchObject({ closed: true, read: 6, written: 6 });
  });

  test('must lead somewhere, main as well', () => {
    const { main, odd, six } = parted();
    expect(() => pipeline('x', [main.to(discard()), six.to(discard())])).toThrow('"odd"');
    expect(() => pipeline('x', [odd.to(discard()), six.to(discard())])).toThrow('"main"');
  });

  test('go on when one of them is cancelled', async () => {
    const { main, late } = from(NUMBERS)
      .keyBy((n) => n)
      .process({
        outputs: ['late'],
        onRecord(n, { output }) {
          output('late', n);
          return [n];
        },
      });
    const out = toArray<number>();
    const { balance } = await run(pipeline('x', [main.pipe(take(1)).to(discard()), late.to(out)]));
    expect(out.records).toEqual(NUMBERS);
    expect(balance.closed).toBe(true);
  });

  test('that nobody declared are refused, with the names that there are', async () => {
    const lost = (outputs: readonly string[]) =>
      probeOperator(
        processKeyed(() => 0, {
          outputs,
          onRecord: (n: number, { output }) => output('lost', n),
        }),
      ).feed([1]);
    await expect(lost(['late', 'early'])).rejects.toMatchObject({
      code: 'ERR_CALLBACK',
      hint: 'Name it in outputs; there are: late, early.',
    });
    await expect(lost([])).rejects.toMatchObject({ hint: expect.stringContaining('none') });
  });

  test('show in the description of the graph', () => {
    const { main, odd, six } = parted();
    const { nodes } = pipeline('x', [main.to(discard()), odd.to(discard()), six.to(discard())]).describe();
    expect(nodes.find(({ name }) => name === 'process')?.label).toBe('process -> odd, -> six');
  });
});
