import { basename, dirname, extname, join, sep } from 'node:path';
import { didYouMean } from '../../core/did-you-mean.ts';
import { MillraceError } from '../../core/errors.ts';
import { namedCompression } from './compression.ts';
import { pathValue } from './path-value.ts';

/** A piece of a path: text that stays, or what a placeholder stands for. */
type Piece = string | Placeholder;

interface Placeholder {
  readonly name: string;
  /** Characters around it in its segment: escaped in its values, so that these can be told apart. */
  readonly guarded: string;
}

/** The placeholder of the number of a part. */
const PART = 'part';

/** Digits of that number, at least. */
const PART_DIGITS = 5;

/** Bytes that a file system takes as one name. */
const MOST_BYTES = 255;

const PLACEHOLDER = /\{([^{}]+)\}/;

/** Characters that escapes are made of cannot separate values. */
const OF_ESCAPES = /[%0-9a-f]/gi;

export interface TemplateSpec {
  /** Absolute. */
  readonly path: string;
  /** What may stand in braces: these names and no others, any name, or nothing. */
  readonly names: readonly string[] | 'any' | 'none';
  /** Whether the files are numbered: by `{part}`, or behind their name. */
  readonly parts: boolean;
}

/** A path with placeholders, such as `/data/{country}/orders-{part}.csv`. */
export class PathTemplate {
  /** Names of the placeholders, in their order, but for `part`. */
  readonly names: readonly string[];
  /** The folder that all files are beneath. */
  readonly base: string;
  /** How many folders beneath it they lie in. */
  readonly depth: number;
  readonly #segments: readonly (readonly Piece[])[];

  /** @throws MillraceError `ERR_OPTIONS` when names and placeholders do not match, or could not be told apart. */
  constructor(spec: TemplateSpec) {
    const path = spec.parts && !spec.path.includes(`{${PART}}`) ? numbered(spec.path) : spec.path;
    const known = (name: string) => (name === PART && spec.parts) || isKnown(name, spec.names);
    const all = path.split(sep).map((segment) => piecesOf(segment, known, spec.path));
    const first = all.findIndex((pieces) => pieces.some((piece) => typeof piece !== 'string'));
    this.#segments = all.slice(first);
    this.base = all.slice(0, first).join(sep) || sep;
    this.depth = this.#segments.length - 1;
    const names = this.#segments.flat().flatMap((piece) => (typeof piece === 'string' ? [] : [piece.name]));
    this.names = [...new Set(names)].filter((name) => name !== PART || !spec.parts);
    checkNames(spec, this.names);
  }

  /**
   * The path with these texts in place of the placeholders `names`; `undefined` when one of its names
   * would be too long.
   */
  fill(texts: readonly string[], part?: number): string | undefined {
    const segments = this.#segments.map((pieces) =>
      pieces.map((piece) => this.#textOf(piece, texts, part)).join(''),
    );
    const fits = segments.every((name) => Buffer.byteLength(name) <= MOST_BYTES);
    return fits ? join(this.base, ...segments) : undefined;
  }

  /** The path as it was meant: with `{part}`, where files are numbered. */
  get pattern(): string {
    const text = (piece: Piece) => (typeof piece === 'string' ? piece : `{${piece.name}}`);
    return join(this.base, ...this.#segments.map((pieces) => pieces.map(text).join('')));
  }

  #textOf(piece: Piece, texts: readonly string[], part: number | undefined): string {
    if (typeof piece === 'string') return piece;
    const index = this.names.indexOf(piece.name);
    return index === -1 ? `${part}`.padStart(PART_DIGITS, '0') : pathValue(texts[index]!, piece.guarded);
  }
}

/** Texts as a reader of errors sees them: cut where they are long. */
export function shown(texts: readonly string[]): string {
  return texts.map((text) => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)).join(', ');
}

function isKnown(name: string, names: TemplateSpec['names']): boolean {
  return names === 'any' || (names !== 'none' && names.includes(name));
}

/** `orders.csv.gz` becomes `orders-{part}.csv.gz`. */
function numbered(path: string): string {
  const name = basename(path);
  const outer = namedCompression(name) === 'none' ? '' : extname(name);
  const inner = extname(name.slice(0, name.length - outer.length));
  const ending = inner.includes('}') ? outer : inner + outer;
  return join(dirname(path), `${name.slice(0, name.length - ending.length)}-{${PART}}${ending}`);
}

function piecesOf(segment: string, known: (name: string) => boolean, path: string): readonly Piece[] {
  const split = segment.split(PLACEHOLDER).map((text, index) => ({ text, named: index % 2 === 1 }));
  const pieces: (string | { name: string })[] = [];
  for (const { text, named } of split) {
    const last = pieces.at(-1);
    if (named && known(text)) pieces.push({ name: text });
    else if (typeof last === 'string') pieces[pieces.length - 1] = last + (named ? `{${text}}` : text);
    else pieces.push(named ? `{${text}}` : text);
  }
  const separators = pieces.slice(1, -1).filter((piece) => typeof piece === 'string');
  const guards = separators.map((text) => text.replace(OF_ESCAPES, ''));
  if (guards.includes('')) throw inseparable(segment, path);
  const guarded = guards.map((text) => [...text][0]!).join('');
  return pieces.map((piece) => (typeof piece === 'string' ? piece : { name: piece.name, guarded }));
}

function checkNames({ path, names, parts }: TemplateSpec, found: readonly string[]): void {
  if (names === 'none') return;
  if (parts && names !== 'any' && names.includes(PART)) {
    throw wrong(path, '{part} is the number of a file', 'Rename the field part before.');
  }
  if (found.length === 0) {
    throw wrong(path, 'it has no placeholder', 'Name fields in braces, e.g. out/{country}.csv.');
  }
  if (names === 'any') return;
  const unused = names.find((name) => !found.includes(name));
  if (unused !== undefined) {
    throw wrong(path, `it has no placeholder {${unused}}`, 'Put each field of partitionBy into the path.');
  }
  const other = [...path.matchAll(new RegExp(PLACEHOLDER, 'g'))].map((match) => match[1]!);
  const unknown = other.find((name) => !names.includes(name) && !(parts && name === PART));
  if (unknown === undefined) return;
  throw wrong(path, `{${unknown}} is not in partitionBy`, didYouMean(unknown, names));
}

function inseparable(segment: string, path: string): MillraceError {
  return wrong(
    path,
    `the values in ${segment} could not be told apart`,
    'Put a character between the placeholders that is no digit and none of A to F, e.g. {a}-{b}.',
  );
}

function wrong(path: string, found: string, hint: string): MillraceError {
  return new MillraceError('ERR_OPTIONS', `Cannot write to ${path}: ${found}`, { hint });
}
