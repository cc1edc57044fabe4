import { dirname, relative, resolve } from 'node:path';
import { toError } from '../core/errors.ts';
import type { Confinement } from './confinement.ts';
import { kindOf, type Located, type LocatedEntry, type LocatedMap } from './source/located.ts';
import { parseYaml } from './source/parse-yaml.ts';
import type { Problems } from './source/problem.ts';
import { readSource } from './source/read-source.ts';
import { placeOf, type SourceText, type Span } from './source/source-text.ts';

const MOST_FILES = 100;

/** Parts of which each file that is included may add some. */
const SHARED: ReadonlySet<string> = new Set(['params', 'plugins', 'flows', 'sinks']);

interface Reading {
  readonly problems: Problems;
  readonly confinement: Confinement;
  /** The files that include one another down to this one. */
  readonly chain: readonly string[];
  readonly seen: Set<string>;
}

/** A file with all that it includes put in; `undefined` where nothing can be made of it. */
export function readDocument(
  source: SourceText,
  problems: Problems,
  confinement: Confinement,
): LocatedMap | undefined {
  return read(source, { problems, confinement, chain: [source.path], seen: new Set([source.path]) });
}

function read(source: SourceText, reading: Reading): LocatedMap | undefined {
  const { problems } = reading;
  const root = parseYaml(source, problems);
  if (root === undefined) return undefined;
  if (root.kind !== 'map') {
    return problems.add(
      root.span,
      `a pipeline is a map, and this is ${kindOf(root)}`,
      'Begin with "version: 1".',
    );
  }
  const include = root.entries.get('include');
  if (include === undefined) return root;
  const entries = new Map(root.entries);
  entries.delete('include');
  for (const one of include.value.kind === 'list' ? include.value.items : [include.value]) {
    const included = readIncluded(one, reading);
    if (included !== undefined) mergeFile(entries, included, problems);
  }
  return { ...root, entries };
}

function readIncluded(node: Located, reading: Reading): LocatedMap | undefined {
  const { problems, chain, seen } = reading;
  const { span } = node;
  if (node.kind !== 'scalar' || typeof node.value !== 'string') {
    return problems.add(span, `expected the path of a file, found ${kindOf(node)}`);
  }
  const path = resolve(dirname(span.source.path), node.value);
  if (reading.confinement.forbids(path, span, problems)) return undefined;
  if (chain.includes(path)) {
    const names = [...chain.slice(chain.indexOf(path)), path].map((one) => relative(dirname(chain[0]!), one));
    return problems.add(span, `files include one another: ${names.join(' -> ')}`);
  }
  if (seen.size >= MOST_FILES) return problems.add(span, `more than ${MOST_FILES} files are included`);
  if (seen.has(path)) return undefined;
  seen.add(path);
  try {
    const shown = resolve(span.source.shown) === span.source.path ? relative('', path) : path;
    const source = { path, shown: shown.startsWith('..') ? path : shown, text: readSource(path) };
    return read(source, { ...reading, chain: [...chain, path] });
  } catch (thrown) {
    const missing = Reflect.get(toError(thrown), 'code') === 'ENOENT';
    return problems.add(
      span,
      missing ? `there is no file ${node.value}` : `cannot read ${node.value}: ${toError(thrown).message}`,
      missing ? 'Paths are relative to the file they are written in.' : undefined,
    );
  }
}

/** Puts parameters, plugins, flows and sinks of another file in; its version has to be there, and other parts must not. */
function mergeFile(entries: Map<string, LocatedEntry>, included: LocatedMap, problems: Problems): void {
  for (const [part, entry] of included.entries) {
    if (part === 'version' || part.startsWith('x-')) continue;
    if (!SHARED.has(part)) {
      problems.add(
        entry.key,
        `a file that is included cannot have "${part}"`,
        `It can have ${[...SHARED].join(', ')} and include.`,
      );
      continue;
    }
    const own = entries.get(part);
    if (own === undefined) entries.set(part, entry);
    else if (own.value.kind === 'map' && entry.value.kind === 'map') {
      entries.set(part, { key: own.key, value: mergeMaps(own.value, entry.value, part, problems) });
    } else if (part === 'plugins') {
      const items = [own.value, entry.value].flatMap((list) => (list.kind === 'list' ? list.items : [list]));
      const size = own.value.size + entry.value.size;
      entries.set(part, { key: own.key, value: { ...own.value, kind: 'list', items, size } });
    }
  }
}

function mergeMaps(own: LocatedMap, other: LocatedMap, part: string, problems: Problems): LocatedMap {
  const entries = new Map(own.entries);
  for (const [name, entry] of other.entries) {
    const there = entries.get(name);
    if (there === undefined) entries.set(name, entry);
    else
      problems.add(
        entry.key,
        `"${name}" is among the ${part} of another file already: ${shownPlace(there.key)}`,
      );
  }
  return { ...own, entries, size: own.size + other.size };
}

function shownPlace(span: Span): string {
  const { line, column } = placeOf(span);
  return `${span.source.shown}:${line}:${column}`;
}
