import type { GraphDescription } from '../graph/describe.ts';

/** What a checkpoint knows of the graph that it is of. */
export interface GraphPrint {
  readonly nodes: readonly { readonly name: string; readonly kind: string; readonly label: string }[];
  readonly edges: readonly string[];
}

/** A node whose state of the checkpoint has no place in the graph. */
export interface Misfit {
  readonly node: string;
  /** Why, in words. */
  readonly why: string;
}

export function printOf({ nodes, edges }: Pick<GraphDescription, 'nodes' | 'edges'>): GraphPrint {
  return {
    nodes: nodes.map(({ name, kind, label }) => ({ name, kind, label })),
    edges: edges.map(({ from, port, to }) => `${from}.${port} > ${to}`).toSorted(),
  };
}

/** Whether both are the same but for what readers read and writers write to. */
export function sameShape(before: GraphPrint, now: GraphPrint): boolean {
  const shape = ({ nodes, edges }: GraphPrint): string =>
    JSON.stringify([nodes.map(({ name, kind }) => `${kind} ${name}`).toSorted(), edges]);
  return shape(before) === shape(now);
}

/**
 * The nodes that remembered something and are gone, or are not what they were. What a reader reads from and a writer
 * writes to may have changed: they look at what they remember themselves.
 */
export function misfits(before: GraphPrint, now: GraphPrint, stateful: Iterable<string>): readonly Misfit[] {
  const then = new Map(before.nodes.map((node) => [node.name, node]));
  const present = new Map(now.nodes.map((node) => [node.name, node]));
  return [...stateful].flatMap((name): Misfit[] => {
    const was = then.get(name);
    const is = present.get(name);
    if (was === undefined) return [];
    if (is === undefined) return [{ node: name, why: `"${name}" (${was.label}) is gone` }];
    if (was.kind !== is.kind) return [{ node: name, why: `"${name}" was a ${was.kind} and is a ${is.kind}` }];
    if (was.kind === 'operator' && was.label !== is.label) {
      return [{ node: name, why: `"${name}" was ${was.label} and is ${is.label}` }];
    }
    return [];
  });
}
