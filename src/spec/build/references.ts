import { didYouMean } from '../../core/did-you-mean.ts';
import { type FileModel, type FlowEntry, JOIN_NAMES } from '../file-model.ts';
import { kindOf, type Located } from '../source/located.ts';
import type { Problems } from '../source/problem.ts';
import type { Span } from '../source/source-text.ts';
import { outputSpan, outputsOf } from './outputs.ts';

/** A flow that another, or a sink, reads. */
export interface Reference {
  readonly flow: string;
  /** The output of a split; absent for a flow that is not split. */
  readonly output: string | undefined;
  readonly span: Span;
}

/** What is read by whom, all checked. */
export interface References {
  /** The flow that a text names; `undefined` where it names none, which has been noted. */
  of(node: Located): Reference | undefined;
  /** Whether it reads itself, by way of others. */
  inCycle(flow: string): boolean;
}

/** Checks what flows and sinks refer to: what is not there, what nobody reads, and what goes round in circles. */
export function checkReferences(model: FileModel, problems: Problems): References {
  const resolved = new Map<Located, Reference | undefined>();
  const used = new Set<string>();
  const upstream = new Map<string, readonly string[]>();
  const resolve = (node: Located): Reference | undefined => {
    if (!resolved.has(node)) resolved.set(node, resolveReference(node, model, problems));
    const found = resolved.get(node);
    if (found === undefined) markMeant(node, model, used);
    else used.add(found.flow).add(`${found.flow}.${found.output ?? ''}`);
    return found;
  };
  for (const [name, flow] of model.flows) {
    const reads = flowReferences(flow).map(resolve);
    upstream.set(
      name,
      reads.flatMap((one) => (one === undefined ? [] : [one.flow])),
    );
  }
  for (const { from } of model.sinks.values()) if (from !== undefined) resolve(from.value);
  const cycles = reportCycles(upstream, model, problems);
  // A flow that nobody seems to read may be meant where something is wrong.
  if (problems.count === 0 || cycles.size > 0) reportUnused(model, used, cycles, problems);
  return { of: (node) => resolved.get(node), inCycle: (flow) => cycles.has(flow) };
}

/** A flow that was named, if wrongly, is not one that nobody reads. */
function markMeant(node: Located, { flows }: FileModel, used: Set<string>): void {
  const name = node.kind === 'scalar' ? String(node.value).split('.')[0]! : '';
  const flow = flows.get(name);
  if (flow === undefined) return;
  used.add(name);
  for (const output of outputsOf(flow) ?? []) used.add(`${name}.${output}`);
}

/** What a flow reads, as it is written. */
export function flowReferences({ source }: FlowEntry): readonly Located[] {
  if (source === undefined) return [];
  const [kind, { value }] = source;
  switch (kind) {
    case 'from':
      return [value];
    case 'merge':
    case 'concat':
    case 'zip':
      return value.kind === 'list' ? value.items : [];
    case 'mergeSorted': {
      const flows = value.kind === 'map' ? value.entries.get('flows')?.value : undefined;
      return flows?.kind === 'list' ? flows.items : [];
    }
    default:
      return JOIN_NAMES.includes(kind) && value.kind === 'map'
        ? ['left', 'right'].flatMap((side) => value.entries.get(side)?.value ?? [])
        : [];
  }
}

function resolveReference(
  node: Located,
  { flows, sinks }: FileModel,
  problems: Problems,
): Reference | undefined {
  const { span } = node;
  if (node.kind !== 'scalar' || typeof node.value !== 'string') {
    return problems.add(span, `expected the name of a flow, found ${kindOf(node)}`);
  }
  const [name = '', ...rest] = node.value.split('.');
  const output = rest.length === 0 ? undefined : rest.join('.');
  const flow = flows.get(name);
  if (flow === undefined) {
    const isSink = sinks.has(name);
    const hint = isSink ? 'It is a sink: name a flow.' : didYouMean(name, [...flows.keys()]);
    return problems.add(span, `there is no flow "${name}"`, hint);
  }
  const outputs = outputsOf(flow);
  const list = outputs?.map((one) => `${name}.${one}`).join(', ');
  if (output === undefined) {
    if (outputs === undefined) return { flow: name, output, span };
    return problems.add(
      span,
      `the flow "${name}" is split, and it is not said which part`,
      `Name one of ${list}.`,
    );
  }
  if (outputs === undefined) {
    return problems.add(
      span,
      `the flow "${name}" has no outputs: it does not end in a split`,
      `Name it "${name}".`,
    );
  }
  if (outputs.includes(output)) return { flow: name, output, span };
  const at = { ...span, start: span.source.text.indexOf(output, span.start), end: span.end };
  const exact = at.start === -1 || at.start >= span.end ? span : { ...at, end: at.start + output.length };
  return problems.add(exact, `the flow "${name}" has no output "${output}"`, didYouMean(output, outputs));
}

function reportCycles(
  upstream: ReadonlyMap<string, readonly string[]>,
  { flows }: FileModel,
  problems: Problems,
): ReadonlySet<string> {
  const inCycle = new Set<string>();
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (name: string): void => {
    if (done.has(name)) return;
    if (path.includes(name)) {
      const cycle = path.slice(path.indexOf(name));
      if (cycle.some((one) => inCycle.has(one))) return;
      for (const one of cycle) inCycle.add(one);
      const [first] = [...flows.keys()].filter((one) => cycle.includes(one));
      const at = cycle.indexOf(first!);
      const round = [...cycle.slice(at), ...cycle.slice(0, at), first!];
      const words =
        cycle.length === 1
          ? `the flow "${first}" reads itself`
          : `flows read one another in a circle: ${round.join(' <- ')}`;
      problems.add(flows.get(first!)!.key, words, 'Let one of them read something else.');
      return;
    }
    path.push(name);
    for (const one of upstream.get(name) ?? []) visit(one);
    path.pop();
    done.add(name);
  };
  for (const name of upstream.keys()) visit(name);
  return inCycle;
}

function reportUnused(
  { flows }: FileModel,
  used: ReadonlySet<string>,
  cycles: ReadonlySet<string>,
  problems: Problems,
): void {
  for (const [name, flow] of flows) {
    if (cycles.has(name)) continue;
    const outputs = outputsOf(flow);
    if (!used.has(name)) {
      const from = outputs === undefined ? name : `${name}.${outputs[0]}`;
      problems.add(
        flow.key,
        `nothing reads the flow "${name}"`,
        `Add a sink: { from: ${from}, write: { ndjson: ${name}.ndjson } }, or take the flow away.`,
      );
      continue;
    }
    for (const output of outputs ?? []) {
      if (used.has(`${name}.${output}`)) continue;
      problems.add(
        outputSpan(flow, output),
        `nothing reads the output "${output}" of the flow "${name}"`,
        `Add a sink with from: ${name}.${output}; write: { discard: {} } to let its records go.`,
      );
    }
  }
}
