import type { Benchmark } from '../benchmark.ts';
import { contest, ratio, typical } from '../contest.ts';
import { section } from '../results.ts';
import { scaled } from '../scale.ts';

const ROUNDS = 5;
const TIMES = scaled(50_000_000);
const CONDITIONS = ['compare', 'calculate', 'combine'];

export const expression: Benchmark = {
  name: 'expression',
  question: 'What does a condition cost as an expression, beside a closure in TypeScript?',
  async measure() {
    const ways = CONDITIONS.flatMap((which) => ['closure', 'expression'].map((way) => ({ which, way })));
    const rounds = await contest(
      ways.map(({ which, way }) => ({
        name: `${which} ${way}`,
        job: 'jobs/expression.ts',
        args: [way, which, String(TIMES)],
      })),
      ROUNDS,
    );
    const times = (which: string) => ratio(rounds, `${which} expression`, `${which} closure`, 'ns');
    return {
      setup: [
        `${TIMES.toExponential(0)} calls in a loop over 1,000 records of one shape; a process for each way and round, ${ROUNDS} rounds; processor time.`,
      ],
      tables: [
        {
          head: ['condition', 'closure, ns', 'expression, ns', '÷ closure'],
          rows: CONDITIONS.map((which) => [
            which,
            typical(rounds, `${which} closure`, 'ns').toFixed(2),
            typical(rounds, `${which} expression`, 'ns').toFixed(2),
            times(which).toFixed(2),
          ]),
        },
      ],
      goals: CONDITIONS.map((which) => ({
        what: `${which}: expression ÷ closure`,
        most: 3,
        measured: times(which),
      })),
      takeaway: `An expression costs ${Math.min(...CONDITIONS.map(times)).toFixed(1)} to ${Math.max(...CONDITIONS.map(times)).toFixed(1)} times the closure.`,
    };
  },
};

if (import.meta.main) console.log(section(expression, await expression.measure()).join('\n'));
