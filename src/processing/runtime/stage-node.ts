import { isMillraceError, MillraceError, toError } from '../../core/errors.ts';
import type { DeadLetter } from '../../interfaces/failure.ts';
import type { Vertex } from '../graph/graph.ts';
import { stateVersionOf } from '../graph/node.ts';
import type { RestoredNode } from './checkpointing.ts';
import { type Accounting, NodeCounters } from './counters.ts';
import { NodeFailures } from './failures.ts';
import type { Port } from './port.ts';
import type { RunContext } from './run-context.ts';

/** A node in a run: its counts, its policies, and where its dead letters go. */
export class StageNode {
  readonly vertex: Vertex;
  readonly counters = new NodeCounters();
  readonly failures: NodeFailures;
  readonly accounting: Accounting;
  /** What it had counted in the runs that this one goes on with; absent where it begins at the beginning. */
  before: Readonly<NodeCounters> | undefined;
  /** Dead letters that leave with the batch in work. */
  letters: DeadLetter[] = [];
  readonly lettersPort: Port | undefined;
  /** Whether the reader before the node does already what the node selects. */
  readonly selected: boolean;
  readonly #run: RunContext;

  constructor(vertex: Vertex, run: RunContext, lettersPort: Port | undefined, selected = false) {
    this.#run = run;
    this.selected = selected;
    this.vertex = vertex;
    this.failures = new NodeFailures(vertex, this.counters, run);
    this.lettersPort = lettersPort;
    const { node } = vertex;
    if (node.kind === 'operator') this.accounting = node.operator.cardinality;
    else this.accounting = node.kind === 'zip' ? 'many' : 'one';
  }

  /** The version of what it remembers. */
  get stateVersion(): number {
    return stateVersionOf(this.vertex.node);
  }

  get name(): string {
    return this.vertex.name;
  }

  /** Takes over what it was in the run that this one goes on with. */
  restore({ counters, budgets }: RestoredNode): void {
    this.before = counters;
    Object.assign(this.counters, counters);
    if (budgets !== undefined) this.failures.budgets = budgets;
  }

  /** It is over, and about to let go of what it remembers. */
  keepFinal(logic: { snapshot?(): unknown }): void {
    if (logic.snapshot !== undefined) this.#run.checkpoints?.keepFinal(this.name, () => logic.snapshot!());
  }

  /** Runs user code that works on no record, so that its error tells which node it was, unless it does already. */
  guard<S>(doing: string, work: () => S): S {
    try {
      return work();
    } catch (error) {
      throw this.explain(error, `${doing} "${this.name}"`);
    }
  }

  /** An error that tells what could not be done: the very one, if it does. */
  explain(error: unknown, doing: string): MillraceError {
    const known = isMillraceError(error) ? error : undefined;
    if (known !== undefined && (known.code !== 'ERR_CALLBACK' || known.node !== undefined)) return known;
    return new MillraceError('ERR_CALLBACK', `Cannot ${doing}: ${toError(error).message}`, {
      cause: error,
      node: this.name,
      ...(known?.hint !== undefined && { hint: known.hint }),
    });
  }
}
