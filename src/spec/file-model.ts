import { didYouMean } from '../core/did-you-mean.ts';
import { kindOf, type Located, type LocatedEntry, type LocatedMap, NO_ENTRIES } from './source/located.ts';
import type { Problems } from './source/problem.ts';
import type { Span } from './source/source-text.ts';

/** The parts of a file. */
export const FILE_KEYS = [
  'version',
  'name',
  'description',
  'params',
  'plugins',
  'include',
  'flows',
  'sinks',
  'onError',
  'edgeCapacity',
  'memory',
  'spill',
  'checkpoint',
  'lint',
] as const;

/** A file taken apart as far as its form goes. */
export interface FileModel {
  readonly root: LocatedMap;
  readonly name: string;
  readonly params: ReadonlyMap<string, LocatedEntry>;
  readonly flows: ReadonlyMap<string, FlowEntry>;
  readonly sinks: ReadonlyMap<string, SinkEntry>;
}

/** A flow as it is written. */
export interface FlowEntry {
  readonly key: Span;
  /** The entry that says where records come from: `read`, `merge` … */
  readonly source: readonly [kind: string, entry: LocatedEntry] | undefined;
  readonly steps: readonly Located[];
  readonly as: LocatedEntry | undefined;
}

/** A sink as it is written. */
export interface SinkEntry {
  readonly key: Span;
  readonly from: LocatedEntry | undefined;
  readonly write: LocatedEntry | undefined;
}

/** What joins two flows. */
export const JOIN_NAMES: readonly string[] = ['join', 'windowJoin', 'intervalJoin', 'asOfJoin'];

/** Where a flow can come from. */
export const SOURCES: readonly string[] = [
  'read',
  'from',
  'merge',
  'concat',
  'zip',
  'mergeSorted',
  ...JOIN_NAMES,
  'deadLetters',
];

const FLOW_KEYS = ['pipe', 'as', ...SOURCES];
const SINK_KEYS = ['from', 'write'];
const NAME = /^[\p{L}_][\p{L}\p{N}_ -]*$/u;

/** Takes a file apart; all that is wrong with its form goes to `problems`. */
export function fileModel(root: LocatedMap, shownName: string, problems: Problems): FileModel {
  checkVersion(root, problems);
  for (const [key, entry] of root.entries) {
    if (key.startsWith('x-') || (FILE_KEYS as readonly string[]).includes(key)) continue;
    problems.add(entry.key, `there is no part "${key}" of a pipeline`, didYouMean(key, FILE_KEYS));
  }
  const sinks = named(root, 'sinks', problems);
  if (sinks.size === 0 && problems.count === 0) {
    problems.add(
      root.entries.get('sinks')?.key ?? { ...root.span, end: root.span.start },
      'the pipeline has no sinks',
      'Write e.g. sinks: { out: { from: orders, write: { ndjson: out.ndjson } } }.',
    );
  }
  return {
    root,
    name: textAt(root, 'name', problems) ?? shownName,
    params: mapAt(root, 'params', problems),
    flows: new Map(
      [...named(root, 'flows', problems)].map(([name, entry]) => [
        name,
        flowEntry(entry, `the flow "${name}"`, problems),
      ]),
    ),
    sinks: new Map([...sinks].map(([name, entry]) => [name, sinkEntry(entry, name, problems)])),
  };
}

function checkVersion(root: LocatedMap, problems: Problems): void {
  const version = root.entries.get('version');
  if (version === undefined) {
    problems.add(
      { ...root.span, end: root.span.start },
      'the version of the file form is missing',
      'Begin with "version: 1".',
    );
    return;
  }
  const { value } = version;
  if (value.kind === 'scalar' && value.value === 1) return;
  const found = value.kind === 'scalar' ? JSON.stringify(value.value) : kindOf(value);
  const newer = value.kind === 'scalar' && typeof value.value === 'number' && value.value > 1;
  problems.add(
    value.span,
    `the version is ${found}, and this millrace knows version 1`,
    newer ? 'Use a newer millrace.' : 'Write "version: 1".',
  );
}

/** A text of the file; `undefined` where it is absent, or no text, which is a problem. */
function textAt(root: LocatedMap, key: string, problems: Problems): string | undefined {
  const entry = root.entries.get(key);
  if (entry === undefined) return undefined;
  const { value } = entry;
  if (value.kind === 'scalar' && typeof value.value === 'string' && value.value.trim() !== '')
    return value.value;
  return problems.add(value.span, `${key}: expected text, found ${kindOf(value)}`);
}

function mapAt(node: LocatedMap, key: string, problems: Problems): ReadonlyMap<string, LocatedEntry> {
  const entry = node.entries.get(key);
  if (entry === undefined || isNothing(entry.value)) return NO_ENTRIES;
  if (entry.value.kind === 'map') return entry.value.entries;
  problems.add(entry.value.span, `${key}: expected a map of names, found ${kindOf(entry.value)}`);
  return NO_ENTRIES;
}

function named(root: LocatedMap, key: string, problems: Problems): ReadonlyMap<string, LocatedEntry> {
  const entries = mapAt(root, key, problems);
  for (const [name, entry] of entries) {
    if (NAME.test(name)) continue;
    problems.add(
      entry.key,
      `"${name}" cannot be a name`,
      'Use letters, digits, "_", "-" and spaces, and begin with a letter.',
    );
  }
  return entries;
}

/** A flow taken apart; `what` it is, in words. */
export function flowEntry({ key, value }: LocatedEntry, what: string, problems: Problems): FlowEntry {
  const none: FlowEntry = { key, source: undefined, steps: [], as: undefined };
  if (value.kind !== 'map') {
    problems.add(
      value.span,
      `${what} is a map, and this is ${kindOf(value)}`,
      'Write e.g. read: { csv: in.csv }.',
    );
    return none;
  }
  onlyKnown(value, FLOW_KEYS, what, problems);
  const sources = [...value.entries].filter(([kind]) => SOURCES.includes(kind));
  if (sources.length === 0) {
    problems.add(
      key,
      `it is not said where the records of ${what} come from`,
      `Say one of ${SOURCES.join(', ')}.`,
    );
  }
  for (const [kind, entry] of sources.slice(1)) {
    problems.add(
      entry.key,
      `"${kind}" cannot stand beside "${sources[0]![0]}": a flow has one source`,
      'Make two flows, and merge them.',
    );
  }
  const pipe = value.entries.get('pipe');
  return { key, source: sources[0], steps: stepsOf(pipe, problems), as: value.entries.get('as') };
}

function stepsOf(pipe: LocatedEntry | undefined, problems: Problems): readonly Located[] {
  if (pipe === undefined || isNothing(pipe.value)) return [];
  if (pipe.value.kind === 'list') return pipe.value.items;
  problems.add(
    pipe.value.span,
    `pipe: expected a list of operators, found ${kindOf(pipe.value)}`,
    'Begin each with "- ".',
  );
  return [];
}

function sinkEntry({ key, value }: LocatedEntry, name: string, problems: Problems): SinkEntry {
  if (value.kind !== 'map') {
    problems.add(
      value.span,
      `the sink "${name}" is a map, and this is ${kindOf(value)}`,
      'Write e.g. { from: orders, write: { ndjson: out.ndjson } }.',
    );
    return { key, from: undefined, write: undefined };
  }
  onlyKnown(value, SINK_KEYS, `the sink "${name}"`, problems);
  const write = value.entries.get('write');
  if (write === undefined) {
    problems.add(
      key,
      `it is not said what the sink "${name}" writes`,
      'Write e.g. write: { ndjson: out.ndjson }.',
    );
  }
  return { key, from: value.entries.get('from'), write };
}

function onlyKnown(node: LocatedMap, known: readonly string[], what: string, problems: Problems): void {
  for (const [key, entry] of node.entries) {
    if (!known.includes(key)) problems.add(entry.key, `${what} has no "${key}"`, didYouMean(key, known));
  }
}

function isNothing(node: Located): boolean {
  return node.kind === 'scalar' && node.value === null;
}
