import { MillraceError } from './errors.ts';

/** What components are called by what is called so in files: `moving_mean` for `movingMean`. */
export function registeredName(name: string, where: string): string {
  const made = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(made)) return made;
  throw wrongPart(where, 'its name is not written as "movingMean"');
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The same part, with what it inherits where it was made by a class: that works on what the class has made. */
export function withOnError(made: object, onError: unknown): object {
  const part: Record<PropertyKey, unknown> = {};
  let owner = made;
  for (; owner !== Object.prototype && owner !== null; owner = Reflect.getPrototypeOf(owner)!) {
    for (const key of Reflect.ownKeys(owner)) {
      if (key === 'constructor' || Object.hasOwn(part, key)) continue;
      const value: unknown = Reflect.get(made, key);
      part[key] = typeof value === 'function' ? value.bind(made) : value;
    }
  }
  return Object.freeze({ ...part, onError });
}

/** What is wrong with a part that is being defined. */
export function wrongPart(where: string, found: string): MillraceError {
  return new MillraceError('ERR_OPTIONS', `Cannot define ${where}: ${found}`);
}
