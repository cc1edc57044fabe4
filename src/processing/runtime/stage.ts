import type { Barrier } from '../../interfaces/signal.ts';
import type { CheckpointedStage } from '../checkpoint/checkpointed-stage.ts';
import type { JoinNode, ReaderNode } from '../graph/node.ts';
import { type Stage as PlannedStage, stageVertices } from '../plan/plan.ts';
import { Body } from './body.ts';
import type { StageSnapshot } from './checkpointing.ts';
import type { Edge } from './edge.ts';
import { AsyncHead } from './heads/async-head.ts';
import { barrierOrigin } from './heads/barrier-origin.ts';
import { concatHead } from './heads/concat-head.ts';
import { DuplexHead } from './heads/duplex-head.ts';
import type { Head, HeadParts } from './heads/head.ts';
import { logicOf } from './heads/logic-of.ts';
import { mergeHead } from './heads/merge-head.ts';
import { mergeSortedHead } from './heads/merge-sorted-head.ts';
import { ReadHead } from './heads/read-head.ts';
import { receiveHead } from './heads/receive-head.ts';
import { zipHead } from './heads/zip-head.ts';
import { Port } from './port.ts';
import type { RunContext } from './run-context.ts';
import { SinkStage } from './sink-stage.ts';
import { StageNode } from './stage-node.ts';
import { StageSnapshots } from './stage-snapshot.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { Receiver } from './streams.ts';

/** A stage in a run: its ports, its nodes, and either a head with a body or a sink. */
export class Stage {
  readonly plan: PlannedStage;
  readonly nodes: readonly StageNode[];
  /** Edges that lead in, in the order of the inputs. */
  readonly inputs: Edge[] = [];
  readonly sink: SinkStage | undefined;
  /** Whether it has nothing more to do. */
  over = false;
  #pulls = false;
  readonly #ports = new Map<string, Port>();
  readonly #body: Body | undefined;
  readonly #head: Head | undefined;
  readonly #run: RunContext;
  readonly #snapshots: StageSnapshots | undefined;

  constructor(
    plan: PlannedStage,
    inputCount: number,
    sendsLetters: (node: string) => boolean,
    run: RunContext,
  ) {
    this.plan = plan;
    this.#run = run;
    const selected = plan.narrowed === undefined ? undefined : plan.fused[0];
    this.nodes = stageVertices(plan).map((vertex) => {
      const port = sendsLetters(vertex.name) ? this.port(vertex.name, 'letters') : undefined;
      return new StageNode(vertex, run, port, vertex === selected);
    });
    const { checkpoints } = run;
    const parts = { nodes: this.nodes, ports: () => this.#ports.values(), inputs: this.inputs };
    this.#snapshots = checkpoints && new StageSnapshots(parts, checkpoints);
    if (plan.head === 'write') {
      this.sink = new SinkStage(this.nodes[0]!, run, (barrier, state) => this.#passed(barrier, state));
      this.#whenOver(this.sink.drained);
      return;
    }
    const body = this.#createBody(run);
    this.#body = body;
    this.#whenOver(body.finished);
    try {
      this.#head = this.#createHead(run, body, inputCount);
    } catch (error) {
      body.destroy();
      throw error;
    }
    body.onOver = () => {
      this.#head?.over?.();
      for (const edge of this.inputs) edge.cancel();
    };
  }

  /** The output named `port` of a node; made when first asked for. */
  port(node: string, port: string): Port {
    const key = `${node} ${port}`;
    const known = this.#ports.get(key) ?? new Port();
    this.#ports.set(key, known);
    return known;
  }

  get stopwatch(): Stopwatch {
    return this.#body?.stopwatch ?? this.sink!.stopwatch;
  }
  /** Records that its head holds, of which each becomes one: what a later run goes on with. */
  get held(): number {
    return this.over ? 0 : (this.#head?.held ?? 0);
  }
  get waitingFor(): string {
    return this.#head?.waitingFor ?? this.sink!.waitingFor;
  }

  /** The reader, when the stage has one. */
  get reader(): ReadHead | undefined {
    return this.#head instanceof ReadHead ? this.#head : undefined;
  }

  /** Settles when the stage has nothing more to do. */
  get finished(): Promise<void> {
    return this.#body?.finished ?? this.sink!.drained;
  }

  /** Where an edge puts what it brings. */
  receiver(input: number): Receiver {
    const receiver = this.sink?.receiver ?? this.#head!.receivers[input]!;
    const snapshots = this.#snapshots;
    // All others take nothing behind a barrier before it has gone on.
    if (snapshots === undefined || this.plan.head !== 'duplex') return receiver;
    return {
      ...receiver,
      receive(item) {
        if (item.kind === 'barrier') snapshots.arrive(item);
        return receiver.receive(item);
      },
    };
  }

  #whenOver(finished: Promise<void>): void {
    void finished.then(() => {
      const { checkpoints } = this.#run;
      this.over = true;
      // What a sink has prepared is still to be published.
      if (this.sink === undefined) for (const { name } of this.nodes) checkpoints?.letGo(name);
      checkpoints?.over();
    });
  }

  /** A barrier goes on; a sink remembers `prepared`. */
  #passed(barrier: Barrier, prepared?: unknown): void {
    const { checkpoints } = this.#run;
    if (checkpoints === undefined) return;
    try {
      const snapshot = this.#snapshots!.take(barrier, this.#remembered(prepared));
      checkpoints.passed(this.plan.id, barrier.id, snapshot);
    } catch (error) {
      checkpoints.failed(barrier.id, error);
    }
  }

  #remembered(prepared: unknown): ReadonlyMap<StageNode, unknown> {
    const remembered = new Map(this.#body?.chain.remembered());
    const first = this.nodes[0]!;
    if (prepared !== undefined) remembered.set(first, prepared);
    else if (this.#head?.remembered !== undefined) remembered.set(first, this.#head.remembered());
    return remembered;
  }

  /** What it was when it was over: of what it remembered only the output of a sink is of use. */
  last(): StageSnapshot {
    return this.#prepared(this.sink?.prepared);
  }

  #prepared(state: unknown): StageSnapshot {
    return this.#snapshots!.last(new Map(state === undefined ? [] : [[this.nodes[0]!, state]]));
  }

  /** Takes over what it was in the run that this one goes on with, once its edges are there. */
  restore(): void {
    for (const node of this.nodes) {
      const restored = this.#run.checkpoints?.restored(node.name);
      if (restored !== undefined) node.restore(restored);
    }
  }

  get #wasOver(): boolean {
    return this.#run.checkpoints?.wasOver(this.nodes.map(({ name }) => name)) === true;
  }

  /** What it was before this run: of a sink, what it prepared then is what there is. */
  #before(): StageSnapshot | undefined {
    const known = this.nodes.flatMap((node): [StageNode, unknown][] => {
      const restored = this.#run.checkpoints?.restored(node.name);
      return restored === undefined ? [] : [[node, restored.state?.value]];
    });
    return known.length === 0 ? undefined : this.#snapshots!.last(new Map(known));
  }

  /** Lets items flow into the stage; a concat opens its inputs one by one. */
  connect(): void {
    const body = this.#body;
    if (this.#wasOver) this.#skip();
    else if (body?.chain.completed) body.end();
    else if (this.sink !== undefined) this.#pull();
  }

  #pull(): void {
    this.#pulls = true;
    for (const edge of this.plan.head === 'concat' ? this.inputs.slice(0, 1) : this.inputs) edge.connect();
  }

  /** What it had to do was done before: nothing comes in, and what follows hears that nothing more does. */
  #skip(): void {
    for (const edge of this.inputs) edge.cancel();
    this.#body?.skip();
    this.sink?.skip();
  }

  /** Nothing is taken in before something downstream asks for it: what a concat takes later waits until then. */
  demanded(): void {
    if (!this.#pulls && this.#body?.over === false && !this.#body.chain.completed) this.#pull();
    this.#head?.demanded?.();
  }

  /** An edge that leads out was given up. */
  cancelled(): void {
    this.#body?.cancelled();
  }

  halt(): void {
    this.#head?.halt?.();
  }

  /** What checkpoints need of it; `upstream` are the stages that it gets its records from, at whatever distance. */
  checkpointed(upstream: readonly Stage[]): CheckpointedStage {
    const { reader, sink, plan, nodes } = this;
    const reading = [this, ...upstream].filter((stage) => stage.reader !== undefined);
    const wasRead = reading.some((stage) => stage.#wasOver);
    const origin = barrierOrigin(this.#head);
    const isOver = () => this.over;
    return {
      id: plan.id,
      nodes: nodes.map(({ name }) => name),
      get over() {
        return isOver();
      },
      get ending() {
        return reader === undefined && upstream.every((stage) => stage.reader === undefined || stage.over);
      },
      get begun() {
        return wasRead || reading.some((stage) => stage.reader!.opened);
      },
      passLetters(barrier) {
        for (const { lettersPort } of nodes) lettersPort?.send(barrier);
      },
      last: () => this.last(),
      before: () => this.#before(),
      ...(origin !== undefined && { reader: origin }),
      ...(sink !== undefined && {
        sink: {
          prepare: async (id) => this.#prepared(await sink.prepare(id)),
          commit: (id) => sink.commit(id),
          release: (id) => sink.release(id),
        },
      }),
    };
  }

  async destroy(cause: unknown): Promise<void> {
    this.#body?.destroy();
    await this.#head?.destroy?.(cause);
    for (const edge of this.inputs) edge.destroy();
    await this.sink?.abort(cause);
  }

  #createBody(run: RunContext): Body {
    const { plan } = this;
    const node = (name: string | undefined) => this.nodes.find((candidate) => candidate.name === name);
    const last = this.nodes.at(-1)!;
    return new Body({
      run,
      head: node(plan.vertex?.name),
      fused: plan.fused.map((vertex) => node(vertex.name)!),
      split: node(plan.split?.name),
      port: (name) => this.port(last.name, name),
      passed: (barrier) => this.#passed(barrier),
    });
  }

  #createHead(run: RunContext, body: Body, inputCount: number): Head {
    const parts: HeadParts = { run, body, node: this.nodes[0]! };
    switch (this.plan.head) {
      case 'read':
        return new ReadHead(parts, (this.nodes[0]!.vertex.node as ReaderNode).reader, this.plan.narrowed);
      case 'async':
        return new AsyncHead(parts, this.plan.async!, logicOf(parts));
      case 'duplex':
        return new DuplexHead(parts);
      case 'merge':
        return mergeHead(parts, inputCount);
      case 'concat':
        return concatHead(parts, inputCount, (index) => this.inputs[index]!.connect());
      case 'zip':
        return zipHead(parts, inputCount);
      case 'merge-sorted':
        return mergeSortedHead(parts, inputCount, (this.nodes[0]!.vertex.node as JoinNode).order!);
      default:
        return receiveHead(run, body);
    }
  }
}
