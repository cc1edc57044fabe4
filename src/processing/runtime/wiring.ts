import type { Plan } from '../plan/plan.ts';
import { Edge } from './edge.ts';
import type { RunContext } from './run-context.ts';
import { Stage } from './stage.ts';

export interface Wired {
  /** Sources first. */
  readonly stages: readonly Stage[];
  readonly edges: readonly Edge[];
}

/** The stages that a stage gets its records from, at whatever distance. */
export function upstreamOf(stage: Stage, { stages, edges }: Wired): readonly Stage[] {
  const found = new Set<Stage>();
  const visit = (id: number): void => {
    for (const { plan } of edges) {
      if (plan.to !== id) continue;
      const from = stages.find((one) => one.plan.id === plan.from)!;
      if (found.has(from)) continue;
      found.add(from);
      visit(from.plan.id);
    }
  };
  visit(stage.plan.id);
  return [...found];
}

/** Brings a plan to life: stages and edges, put together but not started. */
export function wire(plan: Plan, run: RunContext): Wired {
  const senders = new Set(
    plan.edges.filter(({ edge }) => edge.port === 'letters').map(({ edge }) => edge.from.name),
  );
  const stages: Stage[] = [];
  try {
    for (const stage of plan.stages) {
      const inputs = plan.edges.filter((edge) => edge.to === stage.id).length;
      stages.push(new Stage(stage, inputs, (node) => senders.has(node), run));
    }
  } catch (error) {
    for (const stage of stages) run.closing(stage.destroy(error));
    throw error;
  }
  const byId = new Map(stages.map((stage) => [stage.plan.id, stage]));
  const edges = plan.edges.map((planned) => {
    const from = byId.get(planned.from)!;
    const to = byId.get(planned.to)!;
    const edge: Edge = new Edge(planned, to.receiver(planned.edge.input), {
      // Whoever takes dead letters waits for what may never come: nothing is opened for that.
      demanded: () => {
        if (planned.edge.port !== 'letters') from.demanded();
      },
      cancelled: () => from.cancelled(),
    });
    const before = run.checkpoints?.restoredEdge(edge.name);
    if (before !== undefined) edge.restore(before);
    from.port(planned.edge.from.name, planned.edge.port).edges.push(edge);
    to.inputs[planned.edge.input] = edge;
    return edge;
  });
  for (const stage of stages) stage.restore();
  return { stages, edges };
}
