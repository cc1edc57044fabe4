import { contest, type Rounds, ratio, typical } from '../contest.ts';

/** One way to do a job over one file. */
export interface Entry {
  readonly way: string;
  readonly args: readonly string[];
}

/** Ways to do one job, each in a process of its own, and the figures they came to. */
export class Contest {
  readonly #rounds: Rounds;

  private constructor(rounds: Rounds) {
    this.#rounds = rounds;
  }

  /** `job`: the name of a file in `formats/jobs/`. */
  static async of(job: string, entries: readonly Entry[], rounds: number): Promise<Contest> {
    const contestants = entries.map(({ way, args }) => ({ name: way, job: `formats/jobs/${job}.ts`, args }));
    return new Contest(await contest(contestants, rounds));
  }

  /** How many times as long `way` takes as `base`. */
  slower(way: string, base: string): number {
    return ratio(this.#rounds, way, base, 'wallMs');
  }

  figure(way: string, figure: string): number {
    return typical(this.#rounds, way, figure);
  }

  seconds(way: string): string {
    return (this.figure(way, 'wallMs') / 1000).toFixed(2);
  }

  /** Millions of records in a second. */
  pace(way: string): string {
    return (this.figure(way, 'records') / this.figure(way, 'wallMs') / 1000).toFixed(2);
  }

  /** Rows of a table: seconds, millions of records a second, and the time beside that of `base`. */
  rows(ways: readonly string[], base: string): string[][] {
    return ways.map((way) => [
      way,
      this.seconds(way),
      this.pace(way),
      this.slower(way, base).toFixed(2),
      this.figure(way, 'digest') === this.figure(base, 'digest') ? 'the same' : 'other',
    ]);
  }
}

export const HEAD = ['way', 's', 'million records a second', '÷ the first', 'records'] as const;
