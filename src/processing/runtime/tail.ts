import { batch, CountedOrigin, PickedOrigin } from '../../core/batch.ts';
import { MillraceError } from '../../core/errors.ts';
import { refusePromise } from '../../core/thenable.ts';
import type { Batch } from '../../interfaces/batch.ts';
import type { Emit } from '../../interfaces/operator.ts';
import type { SplitNode } from '../graph/node.ts';
import type { Mark } from './chain-host.ts';
import type { Located } from './failures.ts';
import { Marks } from './marks.ts';
import type { Port } from './port.ts';
import type { StageNode } from './stage-node.ts';

/** The end of a chain: gathers what comes out of it and sends it on, batch by batch. */
export interface Tail {
  readonly emit: Emit<unknown>;
  readonly ports: readonly Port[];
  /** Records that were gathered since the last time something was sent. */
  readonly gathered: number;
  begin(batch: Batch<unknown>): void;
  /** Sends a batch as it is: nothing was done to it. */
  pass(batch: Batch<unknown>): void;
  /**
   * Event time goes on behind what was gathered, if it is of use there; the chain is to stop and send, when
   * that is something.
   */
  mark(mark: Mark): void;
  /** The record at `index` of the batch came to nothing. */
  dropped(index: number): void;
  /** Sends what was gathered since the last time. */
  send(): void;
}

/** What a tail needs of its chain. */
export interface Position {
  readonly batch: Batch<unknown>;
  readonly index: number;
  interrupted: boolean;
  /** Ends the run from within the chain, past the policies of the operators upstream. */
  raise(error: unknown): never;
}

/** One port. `aligned`: each operator of the chain makes one record of one, so places need no noting down. */
export function singleTail(port: Port, last: StageNode, aligned: boolean, at: () => Position): Tail {
  // As long as the batch, since most chains give at most as much as they take: growing costs copies.
  let records: unknown[] = [];
  let indices: number[] = [];
  let count = 0;
  let drops: number[] = [];
  /** Records of the batch that were sent or dropped before: only event time cuts a batch into pieces. */
  let from = 0;
  let chain: Position | undefined;
  const marks = new Marks([port]);
  const origin = (source: Batch<unknown>): Batch<unknown>['origin'] => {
    if (!aligned) return new PickedOrigin(source.origin, indices);
    const to = from + count + drops.length;
    // An operator that makes several of one although it says that it does not: the balance will tell.
    if (to > Math.max(1, source.records.length)) return new CountedOrigin(last.name, 1);
    if (drops.length === 0 && count === source.records.length) return source.origin;
    const dropped = new Set(drops);
    const places = Array.from({ length: to - from }, (_, place) => from + place);
    return new PickedOrigin(
      source.origin,
      places.filter((index) => !dropped.has(index)),
    );
  };
  const tail: Tail = {
    ports: [port],
    get gathered() {
      return count;
    },
    emit: aligned
      ? (record) => {
          records[count++] = record;
        }
      : (record) => {
          records[count] = record;
          indices[count++] = chain!.index;
        },
    begin({ records: { length } }) {
      chain ??= at();
      drops = [];
      from = 0;
      if (records.length === length) return;
      records = new Array(length);
      if (!aligned) indices = new Array(length);
    },
    pass(whole) {
      if (whole.records.length === 0) return;
      last.counters.out += whole.records.length;
      port.send(whole);
    },
    mark(mark) {
      if (!port.heedsTime) return;
      if (count > 0) {
        tail.send();
        chain!.interrupted = true;
      }
      marks.put(mark);
    },
    dropped(index) {
      if (aligned) drops.push(index);
    },
    send() {
      marks.send();
      if (count === 0) return;
      last.counters.out += count;
      records.length = count;
      indices.length = aligned ? 0 : count;
      port.send(batch(records, origin(chain!.batch)));
      from += count + drops.length;
      drops = [];
      records = [];
      indices = [];
      count = 0;
    },
  };
  return tail;
}

interface Gathered {
  readonly port: Port;
  readonly matches: ((record: unknown) => unknown) | undefined;
  records: unknown[];
  indices: number[];
}

/** A port a route. Predicates that throw, and records that no route takes, are failures of the split. */
export function splitTail(
  node: StageNode,
  port: (route: string) => Port,
  at: () => Position,
  trace?: (record: unknown) => void,
): Tail {
  const routes = (node.vertex.node as SplitNode).routes.map(
    ({ name, matches }): Gathered => ({ port: port(name), matches, records: [], indices: [] }),
  );
  const rest = routes.find((route) => route.matches === undefined);
  const tried = routes.filter((route) => route.matches !== undefined);
  const { counters } = node;
  let chain: Position | undefined;
  let gathered = 0;

  const choose = (record: unknown): Gathered => {
    for (const route of tried) {
      const taken = route.matches!(record);
      if (taken === true) return route;
      if (taken === false) continue;
      refusePromise(taken, 'Work out what it waits for by mapAsync, in front of the split.');
      if (taken) return route;
    }
    if (rest !== undefined) return rest;
    throw new MillraceError('ERR_UNROUTED', 'no route takes the record', {
      hint: 'Add a route with `otherwise`, or a policy in the onError of the split.',
    });
  };
  const put = (record: unknown, { records, indices }: Gathered): void => {
    records.push(record);
    indices.push(chain!.index);
    gathered++;
  };
  const replace = (record: unknown, located: Located): void => {
    try {
      put(record, choose(record));
    } catch (error) {
      chain!.raise(node.failures.explain(error, located));
    }
  };
  const failed = (record: unknown, error: unknown): void => {
    const { batch: source, index } = chain!;
    const located: Located = {
      origin: () => source.origin.at(index),
      raw: () => source.origin.raw?.(index),
    };
    const verdict = node.failures.settle(error, record, 1, located);
    if (verdict.kind === 'fail') chain!.raise(verdict.error);
    if (verdict.kind === 'dead-letter') node.letters.push(verdict.letter);
    if (verdict.kind === 'replace') replace(verdict.record, located);
  };
  const marks = new Marks(routes.map((route) => route.port));
  const tail: Tail = {
    ports: routes.map((route) => route.port),
    get gathered() {
      return gathered;
    },
    emit(record) {
      counters.in++;
      trace?.(record);
      let route: Gathered;
      try {
        route = choose(record);
      } catch (error) {
        failed(record, error);
        return;
      }
      put(record, route);
    },
    begin() {
      chain ??= at();
    },
    pass() {
      throw new TypeError('A split never passes a batch as it is');
    },
    mark(mark) {
      if (!tail.ports.some(({ heedsTime }) => heedsTime)) return;
      if (gathered > 0) {
        tail.send();
        chain!.interrupted = true;
      }
      marks.put(mark);
    },
    dropped() {},
    send() {
      marks.send();
      gathered = 0;
      for (const route of routes) {
        if (route.records.length === 0) continue;
        counters.out += route.records.length;
        route.port.send(batch(route.records, new PickedOrigin(chain!.batch.origin, route.indices)));
        route.records = [];
        route.indices = [];
      }
    },
  };
  return tail;
}
