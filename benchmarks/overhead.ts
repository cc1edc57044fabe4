import type { Answer, Benchmark, Table } from './benchmark.ts';
import { type Contestant, contest, type Rounds, ratio, typical } from './contest.ts';

const ROUNDS = 3;

const WAYS = [
  ['loop', 'a plain loop'],
  ['millrace', 'millrace'],
  ['rxjs', 'RxJS'],
  ['transforms', 'three Node object-mode transforms'],
  ['generators', 'three async generators'],
] as const;

const WORKLOADS = [
  ['array', 'numbers from an array'],
  ['generator', 'numbers from a generator'],
  ['objects', 'objects from an array; map makes new ones'],
] as const;

export const overhead: Benchmark = {
  name: 'overhead',
  question: 'What does a record cost on its way through map, filter and map, besides the work itself?',
  async measure() {
    const rounds = await contest(contestants(), ROUNDS);
    const figures = WORKLOADS.map(([workload, title]) => ({ title, ...relations(rounds, workload) }));
    return {
      setup: [
        '1,000,000 records. All ways share the three functions, the source (the same array or generator function) and the sink (the same function, called for each record); a sum checks that all of them arrived.',
        'millrace reads with `from(…)` and writes with `forEach(…)`: batches of 1024 on its edges, and the whole of a pipeline’s life (plan, open, balance, close) within the time.',
        `A process for each way and round, ${ROUNDS} rounds; in each, passes for at least 1 s, of which the median of the later half counts.`,
      ],
      tables: WORKLOADS.map(([workload, title]) => table(rounds, workload, title)),
      goals: figures.flatMap(({ title, toLoop, toRxjs }) => [
        { what: `millrace ÷ plain loop, ${title}`, most: 4, measured: toLoop },
        { what: `millrace ÷ RxJS, ${title}`, most: 0.4, measured: toRxjs },
      ]),
      profile: [
        'By one `--cpu-prof` each, start of the process included: from a generator, 36 % goes into pulling records from it into batches, before an operator sees one; with objects, 22 % is collecting garbage. RxJS was not profiled.',
      ],
      takeaway: takeaway(figures),
    } satisfies Answer;
  },
};

function contestants(): Contestant[] {
  return WORKLOADS.flatMap(([workload]) =>
    WAYS.map(([way]) => ({ name: `${workload} ${way}`, job: 'jobs/overhead.ts', args: [way, workload] })),
  );
}

function relations(rounds: Rounds, workload: string): { toLoop: number; toRxjs: number } {
  const of = (base: string) => ratio(rounds, `${workload} millrace`, `${workload} ${base}`, 'nsPerRecord');
  return { toLoop: of('loop'), toRxjs: of('rxjs') };
}

function table(rounds: Rounds, workload: string, title: string): Table {
  return {
    title,
    head: ['way', 'ns a record', '÷ plain loop', '÷ RxJS'],
    rows: WAYS.map(([way, label]) => {
      const name = `${workload} ${way}`;
      const to = (base: string) => ratio(rounds, name, `${workload} ${base}`, 'nsPerRecord').toFixed(2);
      return [label, typical(rounds, name, 'nsPerRecord').toFixed(1), to('loop'), to('rxjs')];
    }),
  };
}

function takeaway(figures: readonly { toLoop: number; toRxjs: number }[]): string {
  const range = (values: readonly number[]) =>
    `${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)}`;
  const toLoop = range(figures.map((figure) => figure.toLoop));
  const toRxjs = range(figures.map((figure) => figure.toRxjs));
  return `A record costs millrace ${toLoop} times what a plain loop takes, and ${toRxjs} times what RxJS takes.`;
}
