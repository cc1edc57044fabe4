const SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
]);

/**
 * What a text on the command line may mean to a parameter of `type`, the likeliest first. For a
 * boolean only a switch will do: a coercing schema would take "false" as true.
 */
export function readings(text: string, type: string): readonly unknown[] {
  if (type === 'boolean') return [SWITCHES.get(text.toLowerCase())].filter((value) => value !== undefined);
  if (type === 'number' || type === 'integer') return [number(text) ?? text];
  return [text, json(text), date(text), bigint(text)].filter((value) => value !== undefined);
}

/** `undefined` for what is not a number, and for blanks, which JavaScript takes as 0. */
function number(text: string): number | undefined {
  const value = Number(text);
  return text.trim() === '' || Number.isNaN(value) ? undefined : value;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function date(text: string): Date | undefined {
  const value = new Date(text);
  return Number.isNaN(value.getTime()) ? undefined : value;
}

function bigint(text: string): bigint | undefined {
  return /^[+-]?\d+$/.test(text) ? BigInt(text) : undefined;
}
