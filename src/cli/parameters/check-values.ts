import { z } from 'zod';
import { didYouMean } from '../../core/did-you-mean.ts';
import { MillraceError } from '../../core/errors.ts';
import type { Parameter, Parameters } from './parameters.ts';
import { readings } from './readings.ts';

interface Problem {
  readonly parameter: string;
  readonly message: string;
}

/**
 * Makes of text what the schema asks for, and checks the whole.
 *
 * @throws MillraceError `ERR_USAGE` that names every unknown, missing and wrong parameter;
 * `details.problems` lists them.
 */
export async function checkValues(
  shown: string,
  parameters: Parameters,
  settings: ReadonlyMap<string, string>,
): Promise<unknown> {
  const problems: Problem[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, text] of settings) {
    const parameter = parameters.list.find((one) => one.name === name);
    if (parameter !== undefined) {
      const reading = await bestReading(parameter, text);
      if (reading.issue === undefined) values[name] = reading.value;
      else
        problems.push({
          parameter: name,
          message: `${name} is ${parameter.secret ? '***' : JSON.stringify(text)}: ${reading.issue}`,
        });
    } else if (parameters.open) values[name] = text;
    else problems.push({ parameter: name, message: unknownName(name, parameters) });
  }
  const missing = parameters.list.filter((parameter) => parameter.required && !settings.has(parameter.name));
  for (const { name, type } of missing) {
    problems.push({ parameter: name, message: `${name} is missing: say --set ${name}=<${type}>` });
  }
  if (problems.length > 0) throw wrong(shown, problems);
  const result = await z.safeParseAsync(parameters.schema, values);
  if (result.success) return result.data;
  throw wrong(
    shown,
    result.error.issues.map((issue) => {
      const path = issue.path.map(String).join('.');
      return {
        parameter: path,
        message: path === '' ? issue.message : `${path}: ${expectation(issue.message)}`,
      };
    }),
  );
}

/** Issues that say no more than that the type is another. */
const TYPE_ISSUES: ReadonlySet<string | undefined> = new Set(['invalid_type', 'invalid_union']);

interface Reading {
  readonly value: unknown;
  /** What is wrong with it; absent when the schema takes it. */
  readonly issue?: string;
}

/** The first way to read the text that the schema takes; else the complaint that says most. */
async function bestReading({ schema, type }: Parameter, text: string): Promise<Reading> {
  let complaint: { readonly message: string; readonly ofType: boolean } | undefined;
  for (const value of readings(text, type)) {
    const result = await z.safeParseAsync(schema, value);
    if (result.success) return { value };
    const issue = result.error.issues[0]!;
    const ofType = TYPE_ISSUES.has(issue.code) && issue.path.length === 0;
    if (complaint === undefined || (complaint.ofType && !ofType)) {
      complaint = { message: ofType ? `expected ${type}` : expectation(issue.message), ofType };
    }
  }
  return { value: text, issue: complaint?.message ?? `expected ${type}` };
}

function expectation(message: string): string {
  return message.replace(/^Invalid (?:input|option): /, '');
}

function unknownName(name: string, { list }: Parameters): string {
  const known = list.map((parameter) => parameter.name);
  return `there is no parameter ${name}. ${didYouMean(name, known)}`;
}

function wrong(shown: string, problems: readonly Problem[]): MillraceError {
  const list = problems.map(({ message }) => message);
  const text = list.length === 1 ? list[0]! : list.map((message) => `\n  - ${message}`).join('');
  return new MillraceError('ERR_USAGE', `Cannot use the parameters of ${shown}: ${text}`, {
    hint: `See "millrace run ${shown} --help".`,
    details: { problems },
  });
}
