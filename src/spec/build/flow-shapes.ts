import type { Flow } from '../../processing/graph/flow.ts';
import { PORT } from '../../processing/graph/node.ts';
import { eitherShape, mapShape, type Shape, shapeOf } from '../expressions/shape.ts';
import { type FileModel, JOIN_NAMES } from '../file-model.ts';
import { readerShape } from '../shapes/reader-shape.ts';
import { replaces } from '../shapes/step-shape.ts';
import { entryOf, type Located, plainData } from '../source/located.ts';
import { flowReferences, type References } from './references.ts';
import type { Step } from './steps.ts';

/** What is known of the records of each flow; flows are followed after those that they read. */
export class FlowShapes {
  readonly #model: FileModel;
  readonly #references: References;
  readonly #shapes = new Map<string, Shape>();
  /** A default for failures that puts other records in their place: then nothing is known. */
  readonly #replaced: boolean;

  constructor(model: FileModel, references: References) {
    this.#model = model;
    this.#references = references;
    const onError = model.root.entries.get('onError');
    this.#replaced = onError !== undefined && JSON.stringify(plainData(onError.value)).includes('"fallback"');
  }

  /** Follows a flow from its source through its steps, each of which checks its expressions. */
  follow(name: string, source: Flow<unknown> | undefined, steps: readonly (Step | undefined)[]): void {
    let shape = source === undefined || this.#replaced ? undefined : this.#sourceShape(name, source);
    for (const step of steps) shape = step?.shape?.(shape);
    this.#shapes.set(name, shape);
  }

  #sourceShape(name: string, source: Flow<unknown>): Shape {
    const entry = this.#model.flows.get(name)!;
    const [kind, { value }] = entry.source!;
    const inputs = this.inputs(name);
    if (kind === 'from') return inputs[0];
    if (kind === 'merge' || kind === 'concat' || kind === 'mergeSorted') return inputs.reduce(eitherShape);
    if (kind === 'zip') return shapeOf('list');
    if (JOIN_NAMES.includes(kind)) return joinedShape(kind, value, inputs);
    const { node } = source[PORT];
    if (node.kind !== 'reader' || node.written === undefined || replaces(node.reader)) return undefined;
    return readerShape(node.written);
  }

  /** What is known of the records of what a flow reads. */
  inputs(name: string): readonly Shape[] {
    return flowReferences(this.#model.flows.get(name)!).map((node) => {
      const reference = this.#references.of(node);
      return reference && this.#shapes.get(reference.flow);
    });
  }
}

/** What comes out of a join that does not say what is made of a pair. */
function joinedShape(name: string, options: Located, [left, right]: readonly Shape[]): Shape {
  const kind = entryOf(options, 'kind')?.value;
  // Which one it is, a parameter says.
  if (kind?.kind === 'scalar' && String(kind.value).includes(`\${`)) return undefined;
  const said = kind?.kind === 'scalar' ? String(kind.value) : name === 'asOfJoin' ? 'left' : 'inner';
  if (said === 'semi' || said === 'anti') return left;
  if (entryOf(options, 'merge') !== undefined || entryOf(options, 'onError') !== undefined) return undefined;
  return mapShape(
    [
      ['left', said === 'right' || said === 'full' ? eitherShape(left, shapeOf('null')) : left],
      ['right', said === 'left' || said === 'full' ? eitherShape(right, shapeOf('null')) : right],
      ...(name === 'windowJoin' ? [['window', undefined] as const] : []),
    ],
    { closed: true },
  );
}
