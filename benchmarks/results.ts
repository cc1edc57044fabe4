import { cpus, totalmem } from 'node:os';
import type { Answer, Benchmark, Goal, Table } from './benchmark.ts';

export interface Answered {
  readonly benchmark: Benchmark;
  readonly answer: Answer;
}

/** All answers as a page; `command` is what writes it. */
export function resultsPage(command: string, answered: readonly Answered[]): string {
  return [
    '# Results',
    '',
    `Written by \`${command}\`. One question each, millrace beside its peers. Ratios travel from machine to`,
    'machine, absolute figures do not. A ratio is the median of the ratios within each round.',
    '',
    ...machine(),
    '',
    ...answered.flatMap(({ benchmark, answer }) => ['', ...section(benchmark, answer)]),
  ].join('\n');
}

/** One answer, as a section of the page. */
export function section({ name, question }: Benchmark, answer: Answer): string[] {
  return [
    `## ${name}: ${question}`,
    '',
    `**${answer.takeaway}**`,
    '',
    ...answer.setup.map((line) => `- ${line}`),
    '',
    ...answer.tables.flatMap((table) => [...tableLines(table), '']),
    ...goalLines(answer),
    ...profileLines(answer),
  ];
}

function goalLines({ goals }: Answer): string[] {
  if (goals.length === 0) return [];
  const rows = goals.map((goal) => [
    goal.what,
    goal.most === undefined ? `at least ${goal.least}` : `at most ${goal.most}`,
    goal.measured.toFixed(2),
    isReached(goal) ? 'reached' : '**missed**',
  ]);
  return [...tableLines({ head: ['goal', '', 'measured', ''], rows }), ''];
}

function profileLines({ goals, profile = [] }: Answer): string[] {
  if (profile.length === 0 || goals.every(isReached)) return [];
  return ['What profiles show of what was missed:', '', ...profile.map((line) => `- ${line}`), ''];
}

/** A goal is judged by what the page shows. */
export function isReached({ most, least, measured }: Goal): boolean {
  const shown = Number(measured.toFixed(2));
  return most === undefined ? shown >= least : shown <= most;
}

function machine(): string[] {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return tableLines({
    head: ['machine', 'Node', 'date'],
    rows: [
      [
        `${cpus().length} × ${first?.model.trim() ?? 'unknown'}, ${memory} GiB, ${process.platform} ${process.arch}`,
        process.version,
        new Date().toISOString().slice(0, 10),
      ],
    ],
  });
}

function tableLines({ title, head, rows }: Table): string[] {
  return [
    ...(title === undefined ? [] : [`${title[0]!.toUpperCase()}${title.slice(1)}:`, '']),
    line(head),
    line(head.map((_, column) => (column === 0 ? '---' : '---:'))),
    ...rows.map(line),
  ];
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
