import type { Item } from '../../interfaces/signal.ts';
import type { Edge } from './edge.ts';

/** Resolves when all ports have room again; `undefined` when they have it now. */
export function roomOf(ports: readonly Port[]): Promise<unknown> | undefined {
  const full = ports.filter((port) => port.full);
  return full.length === 0 ? undefined : Promise.all(full.map((port) => port.room()));
}

/** An output of a stage: everything sent goes to all its edges, at the pace of the slowest. */
export class Port {
  readonly edges: Edge[] = [];

  get full(): boolean {
    for (const edge of this.edges) if (edge.outlet.full) return true;
    return false;
  }

  /** Whether nothing downstream wants more. */
  get cancelled(): boolean {
    for (const edge of this.edges) if (!edge.cancelled) return false;
    return true;
  }

  /** Whether event time is of use to anything that follows. */
  get heedsTime(): boolean {
    for (const edge of this.edges) if (edge.heedsTime) return true;
    return false;
  }

  send(item: Item<unknown>): void {
    for (const edge of this.edges) edge.outlet.send(item);
  }

  /** Resolves when every edge has room again. */
  room(): Promise<void> {
    return new Promise((resolve) => {
      let waiting = this.edges.length;
      for (const edge of this.edges) {
        edge.outlet.onRoom(() => {
          waiting--;
          if (waiting === 0) resolve();
        });
      }
    });
  }

  end(): void {
    for (const edge of this.edges) if (!edge.outlet.destroyed) edge.outlet.push(null);
  }
}
