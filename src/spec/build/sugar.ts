import { didYouMean } from '../../core/did-you-mean.ts';
import type { BuildContext } from '../build-context.ts';
import type { Located, LocatedEntry, LocatedMap } from '../source/located.ts';
import type { WrittenStep } from './steps.ts';

/** What can stand behind `keyBy`. */
const KEYED: readonly string[] = [
  'aggregate',
  'dedupe',
  'distinct',
  'process',
  'rateLimit',
  'reduce',
  'scan',
  'top',
  'window',
];

const WINDOWS: readonly string[] = ['tumbling', 'hopping', 'session', 'count', 'global'];

/**
 * Steps in which nothing needs its neighbours any more: the key of a `keyBy` becomes an option of what follows it, and
 * the aggregates behind a `window` become one of the window.
 */
export function unsugared(steps: readonly WrittenStep[], context: BuildContext): readonly WrittenStep[] {
  const made: WrittenStep[] = [];
  for (let index = 0; index < steps.length; index++) {
    const first = steps[index]!;
    const keyed = first.name === 'keyBy';
    const step = keyed ? steps[++index] : first;
    if (step === undefined || (keyed && !KEYED.includes(step.name))) {
      const found = step === undefined ? 'nothing follows' : `${step.name} follows`;
      context.problems.add(
        first.at,
        `keyBy sets records apart for what follows it, and ${found}`,
        `Put one of ${KEYED.join(', ')} behind it.`,
      );
      if (step === undefined) break;
    }
    const next = steps[index + 1];
    const windowed = step.name === 'window' && isBareWindow(step.options);
    if (windowed && next?.name !== 'aggregate') {
      context.problems.add(
        step.at,
        'window puts records together for the aggregate behind it, and there is none',
        'Write e.g. - aggregate: { n: { count: true } } behind it.',
      );
      continue;
    }
    if (windowed && !isKnownWindow(step, context)) {
      index++;
      continue;
    }
    const whole = windowed ? withAggregates(step, steps[++index]!) : step;
    made.push(keyed ? withKey(whole, first) : whole);
  }
  return made;
}

/** Whether it leaves the aggregates to the next step. */
function isBareWindow(options: Located): boolean {
  return options.kind === 'map' && !options.entries.has('aggregates');
}

/** Whether it says which window it is. */
function isKnownWindow({ at, options }: WrittenStep, { problems }: BuildContext): boolean {
  const entries = [...(options as LocatedMap).entries];
  if (entries.some(([key]) => WINDOWS.includes(key) || key === 'window')) return true;
  const [strange] = entries.filter(([, { value }]) => value.kind === 'map');
  if (strange === undefined)
    problems.add(at, 'it is not said which window', `Say one of ${WINDOWS.join(', ')}.`);
  else problems.add(strange[1].key, `there is no window "${strange[0]}"`, didYouMean(strange[0], WINDOWS));
  return false;
}

function withAggregates(step: WrittenStep, next: WrittenStep): WrittenStep {
  const options = withWindow(step.options as LocatedMap);
  const given = next.options;
  const inner = given.kind === 'map' ? given.entries.get('aggregates') : undefined;
  const aggregates: LocatedEntry = inner ?? { key: next.at, value: given };
  const others =
    inner === undefined ? [] : [...(given as LocatedMap).entries].filter(([key]) => key !== 'aggregates');
  return {
    ...step,
    as: next.as ?? step.as,
    options: {
      ...options,
      entries: new Map([...options.entries, ...others, ['aggregates', aggregates]]),
    },
  };
}

/** `tumbling: { size: 1m }` as the option that it stands for, `window: { type: tumbling, size: 1m }`. */
export function withWindow(options: LocatedMap): LocatedMap {
  const found = [...options.entries].find(([key]) => WINDOWS.includes(key));
  if (found === undefined) return options;
  const [name, { key, value }] = found;
  const type: LocatedEntry = { key, value: { kind: 'scalar', value: name, bare: true, span: key, size: 1 } };
  const inner: Iterable<[string, LocatedEntry]> =
    value.kind === 'map'
      ? value.entries
      : value.kind === 'scalar' && value.value === null
        ? []
        : [['size', { key, value }]];
  const entries = new Map<string, LocatedEntry>([['type', type], ...inner]);
  const window: LocatedEntry = {
    key,
    value: { kind: 'map', entries, span: value.span, size: value.size + 1 },
  };
  const rest = [...options.entries].filter(([other]) => other !== name);
  return { ...options, entries: new Map([['window', window], ...rest]) };
}

/** With the key as an option; a text is an expression there, a list the names of fields. */
function withKey(step: WrittenStep, { at, options }: WrittenStep): WrittenStep {
  const fields = options.kind === 'map' ? options.entries.get('fields') : undefined;
  const value: Located =
    options.kind === 'scalar'
      ? {
          kind: 'map',
          entries: new Map([['expression', { key: at, value: options }]]),
          span: options.span,
          size: 2,
        }
      : (fields?.value ?? options);
  const entry: LocatedEntry = { key: at, value };
  return { ...step, options: withEntry(step, 'key', entry) };
}

/** Options with one more; what stands for the main one becomes that. */
function withEntry({ name, at, options }: WrittenStep, key: string, entry: LocatedEntry): Located {
  const main =
    name === 'aggregate' ? 'aggregates' : name === 'reduce' || name === 'scan' ? 'with' : undefined;
  if (options.kind !== 'map')
    return options.kind === 'scalar' && options.value === null
      ? { ...options, kind: 'map', entries: new Map([[key, entry]]) }
      : options;
  if (main === 'aggregates' && !options.entries.has(main)) {
    return {
      ...options,
      entries: new Map([
        [main, { key: at, value: options }],
        [key, entry],
      ]),
    };
  }
  return { ...options, entries: new Map([...options.entries, [key, entry]]) };
}
