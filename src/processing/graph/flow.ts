import type { Readable, Writable } from 'node:stream';
import type { Observable } from 'rxjs';
import { callSite } from '../../core/call-site.ts';
import { MillraceError } from '../../core/errors.ts';
import type { Operator } from '../../interfaces/operator.ts';
import type { OnError } from '../../interfaces/policy.ts';
import type { Writer } from '../../interfaces/writer.ts';
import { flowIterator, flowObservable, flowReadable } from '../runtime/leave.ts';
import { Branch } from './branch.ts';
import { KeyedFlow } from './keyed-flow.ts';
import {
  createNode,
  type OperatorNode,
  PORT,
  type Port,
  type Route,
  renameNode,
  type SinkNode,
  type SplitNode,
} from './node.ts';

/** What a sink may write to. */
export type Output<T> = Writer<T> | Writable | WritableStream<T>;

/** What flows need from the outer rooms; handed on from flow to flow. */
export interface FlowToolkit {
  writer<T>(output: Output<T>): Writer<T>;
}

/** The route that takes what no other route of a split took. */
export const otherwise: unique symbol = Symbol('otherwise');

/** How `flow.split` deals with failures. */
export interface SplitOptions {
  /** What happens to a record whose predicate throws, or that no route takes. */
  readonly onError?: OnError;
}

type Predicate<T> = ((record: T) => unknown) | typeof otherwise;

// biome-ignore lint/suspicious/noExplicitAny: a type guard is matched whatever it takes
type RouteType<T, P> = P extends (record: any) => record is infer S
  ? Extract<T, S> | (S extends T ? S : never)
  : T;

/**
 * A handle to one output in the graph; immutable. Nothing runs while flows are put together.
 * Using a flow twice gives each user every record.
 */
export class Flow<T> {
  /** @internal */
  readonly [PORT]: Port;
  readonly #toolkit: FlowToolkit;

  constructor(port: Port, toolkit: FlowToolkit) {
    this[PORT] = port;
    this.#toolkit = toolkit;
    Object.freeze(this);
  }

  /**
   * Sends the records through operators, in order.
   *
   * @example
   * ```ts
   * import { filter, from, map } from 'millrace';
   *
   * const even = from([1, 2, 3, 4]).pipe(
   *   filter((n) => n % 2 === 0),
   *   map((n) => ({ n })),
   * );
   * ```
   */
  pipe(): Flow<T>;
  pipe<A>(a: Operator<T, A>): Flow<A>;
  pipe<A, B>(a: Operator<T, A>, b: Operator<A, B>): Flow<B>;
  pipe<A, B, C>(a: Operator<T, A>, b: Operator<A, B>, c: Operator<B, C>): Flow<C>;
  pipe<A, B, C, D>(a: Operator<T, A>, b: Operator<A, B>, c: Operator<B, C>, d: Operator<C, D>): Flow<D>;
  pipe<A, B, C, D, E>(
    a: Operator<T, A>,
    b: Operator<A, B>,
    c: Operator<B, C>,
    d: Operator<C, D>,
    e: Operator<D, E>,
  ): Flow<E>;
  pipe<A, B, C, D, E, F>(
    a: Operator<T, A>,
    b: Operator<A, B>,
    c: Operator<B, C>,
    d: Operator<C, D>,
    e: Operator<D, E>,
    f: Operator<E, F>,
  ): Flow<F>;
  pipe<A, B, C, D, E, F, G>(
    a: Operator<T, A>,
    b: Operator<A, B>,
    c: Operator<B, C>,
    d: Operator<C, D>,
    e: Operator<D, E>,
    f: Operator<E, F>,
    g: Operator<F, G>,
  ): Flow<G>;
  pipe<A, B, C, D, E, F, G, H>(
    a: Operator<T, A>,
    b: Operator<A, B>,
    c: Operator<B, C>,
    d: Operator<C, D>,
    e: Operator<D, E>,
    f: Operator<E, F>,
    g: Operator<F, G>,
    h: Operator<G, H>,
    // biome-ignore lint/suspicious/noExplicitAny: past eight, the types of what lies between are the caller's
    ...rest: Operator<any, any>[]
  ): Flow<H>;
  pipe(...operators: readonly Operator<never, unknown>[]): Flow<unknown> {
    let port = this[PORT];
    for (const operator of operators) {
      if (typeof operator !== 'object' || operator === null || !('create' in operator)) {
        throw new MillraceError(
          'ERR_OPTIONS',
          `Cannot pipe through ${describe(operator)}: it is not an operator`,
          {
            hint: 'Wrap an RxJS operator in rx(), a stream in through(), a function in map().',
          },
        );
      }
      const node = createNode<OperatorNode>({
        kind: 'operator',
        operator: operator as OperatorNode['operator'],
        inputs: [port],
      });
      port = { node, port: 'out' };
    }
    return new Flow(port, this.#toolkit);
  }

  /**
   * Routes each record to the first route whose predicate holds; `otherwise` takes the rest. A record
   * that no route takes is a failure, `ERR_UNROUTED`, and each route must lead somewhere.
   *
   * @example
   * ```ts
   * import { from, otherwise } from 'millrace';
   *
   * const { large, small } = from([{ total: 7 }, { total: 7000 }]).split({
   *   large: (order) => order.total >= 1000,
   *   small: otherwise,
   * });
   * ```
   */
  split<R extends Readonly<Record<string, Predicate<T>>>>(
    routes: R,
    options: SplitOptions = {},
  ): { readonly [K in keyof R]: Flow<RouteType<T, R[K]>> } {
    const list = Object.entries(routes).map(
      ([name, predicate]): Route =>
        predicate === otherwise ? { name } : { name, matches: predicate as (record: unknown) => unknown },
    );
    if (list.length === 0) throw new MillraceError('ERR_OPTIONS', 'Cannot split a flow: no routes are given');
    if (Object.hasOwn(routes, 'letters')) {
      throw new MillraceError('ERR_OPTIONS', 'Cannot split a flow: a route is called "letters"', {
        hint: 'Dead letters leave by that name: call the route something else.',
      });
    }
    if (list.filter((route) => route.matches === undefined).length > 1) {
      throw new MillraceError('ERR_OPTIONS', 'Cannot split a flow: more than one route is `otherwise`');
    }
    const site = callSite();
    const node = createNode<SplitNode>({
      kind: 'split',
      routes: list,
      inputs: [this[PORT]],
      ...(options.onError === undefined ? {} : { onError: options.onError }),
      ...(site === undefined ? {} : { site }),
    });
    const flows = list.map(({ name }) => [name, new Flow({ node, port: name }, this.#toolkit)]);
    return Object.freeze(Object.fromEntries(flows));
  }

  /**
   * Sets records apart by what `key` makes of them: text, a number, a `Date`, a list of such. What
   * follows is worked out for each key by itself.
   *
   * @example
   * ```ts
   * import { from } from 'millrace';
   *
   * const byCountry = from([{ country: 'DE', total: 7 }]).keyBy((order) => order.country);
   * ```
   */
  keyBy<const K>(key: (record: T) => K): KeyedFlow<T, K> {
    return new KeyedFlow(this, key);
  }

  /** Ends the flow in a sink: a `Writer`, a Node `Writable` or a web `WritableStream`. */
  to(output: Output<T>): Branch {
    const writer = this.#toolkit.writer(output) as Writer<unknown>;
    return new Branch(createNode<SinkNode>({ kind: 'sink', writer, inputs: [this[PORT]] }));
  }

  /** The same flow, its node under a name that shows in summaries, diagrams and errors. */
  as(name: string): Flow<T> {
    return new Flow({ node: renameNode(this[PORT].node, name), port: this[PORT].port }, this.#toolkit);
  }

  /** Leaves for RxJS: subscribing runs the graph, unsubscribing stops it. RxJS knows no backpressure: what subscribes must keep up. */
  observe(): Observable<T> {
    return flowObservable<T>(this[PORT]);
  }

  /** Leaves for Node streams: an object-mode `Readable` that runs the graph when it is read and stops it when destroyed. */
  toReadable(): Readable {
    return flowReadable(this[PORT]);
  }

  /** Runs the graph and hands out its records one by one; leaving the loop stops the run. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined, undefined> {
    return flowIterator<T>(this[PORT]);
  }

  /** @internal */
  static toolkit(flow: Flow<unknown>): FlowToolkit {
    return flow.#toolkit;
  }
}

function describe(value: unknown): string {
  return typeof value === 'function' ? `function ${value.name || '(anonymous)'}` : String(value);
}
