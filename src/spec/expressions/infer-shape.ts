import type { ASTNode } from '@marcbachmann/cel-js';
import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { didYouMean } from '../../core/did-you-mean.ts';
import { isListMacro } from './check-expression.ts';
import { Fault } from './fault.ts';
import { BUILTIN_FUNCTIONS } from './functions/builtin-functions.ts';
import { RESULTS } from './functions/results.ts';
import { isField } from './macros.ts';
import {
  arithmeticShape,
  checkEquality,
  checkOrder,
  checkValue,
  isNothing,
  may,
  rangeOf,
  wordsOf,
} from './operation-shapes.ts';
import { parseExpression, partsOf } from './parse-expression.ts';
import {
  ABSENT,
  certain,
  eitherShape,
  fieldShape,
  type Kind,
  mapShape,
  type Shape,
  shapeOf,
} from './shape.ts';
import { kindOf } from './values.ts';

/** What an expression comes to, and what in it can never be right for such records. */
export interface Inferred {
  readonly shape: Shape;
  readonly faults: readonly Fault[];
}

const BOOL = shapeOf('bool');
const TEXT = shapeOf('text');
const FUNCTIONS = new Map(BUILTIN_FUNCTIONS.map((fn) => [fn.name, fn]));
const ORIGIN = mapShape(
  [
    ['source', shapeOf('text', 'null')],
    ['file', shapeOf('text', 'null')],
    ['record', shapeOf('number', 'null')],
    ['line', shapeOf('number', 'null')],
    ['byte', shapeOf('number', 'null')],
  ],
  { closed: true },
);

/**
 * Works out what an expression that compiles comes to for records of which this is known. Only what fails, or is false,
 * for each and every such record is a fault: a field that is not there, kinds that cannot be compared or calculated with.
 */
export function inferShape(source: string, record: Shape): Inferred {
  const inference = new Inference(record);
  return { shape: inference.of(parseExpression(source)), faults: inference.faults };
}

class Inference {
  readonly faults: Fault[] = [];
  readonly #record: Shape;
  readonly #locals = new Map<string, Shape>();

  constructor(record: Shape) {
    this.#record = record;
  }

  of(node: ASTNode): Shape {
    try {
      return this.#of(node);
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
      this.faults.push(thrown);
      return undefined;
    }
  }

  #of(node: ASTNode): Shape {
    switch (node.op) {
      case 'value':
        if (node.args instanceof UnsignedInt) return shapeOf('number');
        return {
          ...shapeOf(kindOf(node.args) as Kind),
          ...(typeof node.args === 'string' && { values: new Set([node.args]) }),
        };
      case 'id':
        return this.#variable(node.args);
      case '.':
        return this.#field(node.args[0], node.args[1], node);
      case '[]':
        return this.#item(node);
      case '&&':
      case '||':
        // Whichever comes first: a side that decides it is enough, even where the other fails.
        this.#guarded(node.args[1], () => this.#condition(node.args[0]));
        this.#guarded(node.args[0], () => this.#condition(node.args[1]));
        return BOOL;
      case '!_':
        this.#condition(node.args);
        return BOOL;
      case '-_':
        return this.of(node.args)?.kinds.has('duration') ? undefined : shapeOf('number');
      case '?:': {
        const [condition, yes, no] = node.args;
        this.#condition(condition);
        return this.#guarded(condition, () => eitherShape(this.of(yes), this.of(no)));
      }
      case '==':
      case '!=':
        checkEquality(...this.#operands(node.args), node);
        return BOOL;
      case '<':
      case '<=':
      case '>':
      case '>=':
        checkOrder(...this.#operands(node.args), node);
        return BOOL;
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
        return arithmeticShape(node.op, ...this.#operands(node.args), node);
      case 'in':
        return this.#membership(node.args);
      case 'list': {
        const items = node.args.map((one) => this.of(one));
        return { ...shapeOf('list'), items: items.length === 0 ? undefined : items.reduce(eitherShape) };
      }
      case 'map':
        return this.#map(node.args);
      case 'call':
        return this.#call(node.args[0], node.args[1]);
      case 'rcall':
        if (isListMacro(node)) return this.#macro(node);
        return this.#call(node.args[0], [node.args[1], ...node.args[2]]);
      default:
        return undefined;
    }
  }

  #operands(sides: readonly [ASTNode, ASTNode]) {
    const [left, right] = sides.map((node) => ({ node, shape: this.of(node) }));
    return [left!, right!] as const;
  }

  #variable(name: string): Shape {
    if (this.#locals.has(name)) return this.#locals.get(name);
    if (name === 'record') return this.#record;
    return name === 'origin' ? ORIGIN : undefined;
  }

  #field(of: ASTNode, name: string, node: ASTNode): Shape {
    const shape = this.of(of);
    if (shape === undefined || isNothing(shape)) return undefined;
    if (!shape.kinds.has('map')) throw new Fault(`${wordsOf(shape)} has no fields`, { range: rangeOf(node) });
    const found = fieldShape(shape, name);
    if (found !== ABSENT) return found;
    throw new Fault(`there is no field "${name}"`, {
      range: rangeOf(node),
      hint: didYouMean(name, [...(shape.fields?.keys() ?? [])]),
    });
  }

  #item(node: ASTNode & { readonly op: '[]' }): Shape {
    const [of, key] = node.args;
    if (key.op === 'value' && typeof key.args === 'string') return this.#field(of, key.args, node);
    const shape = this.of(of);
    this.of(key);
    return shape?.kinds.has('map') === false ? shape.items : undefined;
  }

  #condition(node: ASTNode): void {
    const shape = this.of(node);
    if (may(shape, 'bool')) return;
    this.faults.push(new Fault(`a bool is needed, and this is ${wordsOf(shape)}`, { range: rangeOf(node) }));
  }

  /** What is done only if something is there, or of some kind, is not judged: it may be sound then. */
  #guarded<T>(condition: ASTNode, infer: () => T): T {
    const before = this.faults.length;
    const made = infer();
    if (asksForKind(condition)) this.faults.length = before;
    return made;
  }

  #membership([item, list]: readonly [ASTNode, ASTNode]): Shape {
    const shape = this.of(item);
    if (list.op === 'list' && shape !== undefined) {
      for (const node of list.args) checkValue(shape, { node, shape: this.of(node) });
    } else this.of(list);
    return BOOL;
  }

  #map(entries: readonly (readonly [ASTNode, ASTNode])[]): Shape {
    const fields = entries.map(([key, value]) => {
      this.of(key);
      return [key.op === 'value' ? String(key.args) : undefined, this.of(value)] as const;
    });
    const known = fields.filter((entry): entry is readonly [string, Shape] => entry[0] !== undefined);
    return mapShape(known, { closed: known.length === fields.length });
  }

  #call(name: string, given: readonly ASTNode[]): Shape {
    if (name === 'has') return BOOL;
    if (name === 'coalesce') return this.#coalesced(given);
    const fn = FUNCTIONS.get(name);
    for (const [at, node] of given.entries()) {
      const shape = this.of(node);
      const kind = fn?.parameters[at]?.replace('?', '').replace('integer', 'number');
      if (kind === undefined || kind === 'any' || isNothing(shape) || may(shape, kind as Kind)) continue;
      const wanted = kind === 'text' ? 'text' : `a ${kind}`;
      this.faults.push(
        new Fault(`${name}() takes ${wanted} here, and this is ${wordsOf(shape)}`, { range: rangeOf(node) }),
      );
    }
    return Object.hasOwn(RESULTS, name) ? shapeOf(...RESULTS[name]!) : undefined;
  }

  /** Fields may be missing there. */
  #coalesced(given: readonly ASTNode[]): Shape {
    const shapes = given.map((node) =>
      isField(node) ? new Inference(this.#record).#within(this.#locals, node) : this.of(node),
    );
    if (shapes.some((shape) => shape === undefined)) return undefined;
    const kinds = shapes.flatMap((shape) => certain(shape!));
    const last = shapes.at(-1)!.kinds.has('null');
    return shapeOf(...kinds, ...(last ? (['null'] as const) : []));
  }

  #within(locals: ReadonlyMap<string, Shape>, node: ASTNode): Shape {
    for (const [name, shape] of locals) this.#locals.set(name, shape);
    return this.of(node);
  }

  #macro(node: ASTNode & { readonly op: 'rcall' }): Shape {
    const [name, over, [variable, ...said]] = node.args;
    const list = this.of(over);
    const local = String(variable!.args);
    const [had, before] = [this.#locals.has(local), this.#locals.get(local)];
    this.#locals.set(
      local,
      list?.kinds.has('map') === false ? list.items : list?.kinds.has('list') === false ? TEXT : undefined,
    );
    const made = said.map((one) => this.of(one));
    if (had) this.#locals.set(local, before);
    else this.#locals.delete(local);
    if (name === 'map') return { ...shapeOf('list'), items: made.at(-1) };
    return name === 'filter'
      ? { ...shapeOf('list'), items: list?.kinds.has('map') === false ? list.items : undefined }
      : BOOL;
  }
}

/** Whether it asks if something is there, or of what kind it is. */
function asksForKind(node: ASTNode): boolean {
  const called = node.op === 'call' || node.op === 'rcall' ? node.args[0] : undefined;
  return called === 'has' || called === 'type' || partsOf(node).some(asksForKind);
}
