import { createInterface } from 'node:readline/promises';

/** A question with the answer that stands for no answer. */
export interface Question {
  readonly text: string;
  readonly otherwise: string;
  /** What is wrong with an answer, to be asked again; `undefined` where nothing is. */
  wrong?(answer: string): string | undefined;
}

/** Asks on stderr, one after the other; `undefined` when who is asked goes away: by Ctrl-C or Ctrl-D. */
export async function ask(questions: readonly Question[]): Promise<readonly string[] | undefined> {
  const gone = new AbortController();
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  lines.on('SIGINT', () => gone.abort());
  lines.on('close', () => gone.abort());
  const answers: string[] = [];
  try {
    for (const { text, otherwise, wrong = () => undefined } of questions) {
      for (;;) {
        const shown = otherwise === '' ? `${text}: ` : `${text} (${otherwise}): `;
        const answer = (await lines.question(shown, { signal: gone.signal })).trim() || otherwise;
        const problem = wrong(answer);
        if (problem === undefined) {
          answers.push(answer);
          break;
        }
        process.stderr.write(`${problem}\n`);
      }
    }
    return answers;
  } catch (error) {
    if (gone.signal.aborted) return undefined;
    throw error;
  } finally {
    lines.close();
  }
}
