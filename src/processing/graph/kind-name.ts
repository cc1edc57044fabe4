import { isThenable } from '../../core/thenable.ts';
import { Branch } from './branch.ts';
import { Flow } from './flow.ts';

/** What a value that is not a pipeline is, and how to make a pipeline of it. */
export interface KindOf {
  readonly name: string;
  readonly hint: string;
}

const WRITE =
  'Write `export default pipeline(name, [flow.to(writer)])`, or export a function that returns one.';

export function kindName(value: unknown): KindOf {
  if (value instanceof Flow) {
    return { name: 'a flow', hint: 'End it with .to(writer) and wrap it in pipeline(name, [...]).' };
  }
  if (value instanceof Branch) return { name: 'a branch', hint: 'Wrap it in pipeline(name, [...]).' };
  if (Array.isArray(value)) {
    const branches = value.length > 0 && value.every((one) => one instanceof Branch);
    return branches
      ? { name: 'an array of branches', hint: 'Wrap it in pipeline(name, [...]).' }
      : { name: 'an array', hint: WRITE };
  }
  if (isThenable(value)) return { name: 'a promise', hint: 'Await it: `export default await ...`.' };
  if (value === null || value === undefined) return { name: String(value), hint: WRITE };
  if (typeof value === 'object') return { name: 'an object', hint: WRITE };
  if (typeof value === 'string') return { name: `the string ${JSON.stringify(value)}`, hint: WRITE };
  return { name: typeof value === 'function' ? 'a function' : `a ${typeof value}`, hint: WRITE };
}
