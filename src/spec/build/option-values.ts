import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { toError } from '../../core/errors.ts';
import { roleOf } from '../../core/option-role.ts';
import type { BuildContext } from '../build-context.ts';
import { interpolate } from '../interpolate.ts';
import { kindOf, type Located, type LocatedScalar, plainData, plainObject } from '../source/located.ts';
import { parseYaml } from '../source/parse-yaml.ts';
import { readSource } from '../source/read-source.ts';
import { functionOf, saysFunction, usedExport } from './function-of.ts';
import { moduleExport } from './module-export.ts';
import { expanded, pathsIn, placed } from './option-paths.ts';
import { isLiteral, schemaBelow } from './schema-walk.ts';

type Schema = z.core.$ZodType;

/** Options as a component takes them, made of what is written. */
export interface OptionValues {
  readonly value: unknown;
  /** The same as plain data: functions as they are written, references filled in but for secrets. */
  readonly data: unknown;
  /** Whether something in it is not known: it depends on a parameter without a value, or is wrong. */
  readonly unknown: boolean;
}

/** Makes of what is written what the schema asks for: functions, policies, paths, values of parameters. */
export async function optionValues(
  schema: Schema | undefined,
  node: Located,
  context: BuildContext,
): Promise<OptionValues> {
  const role = schema === undefined ? undefined : roleOf(schema);
  const before = context.problems.count;
  const made = (value: unknown): OptionValues => ({
    value,
    data: plainData(node),
    unknown: value === undefined || context.problems.count > before,
  });
  if (role?.role === 'function' && saysFunction(node, role) && !isLiteral(schema!, node))
    return made(await functionOf(node, role, context));
  if (role?.role === 'use' && node.kind === 'scalar') return made(await moduleExport(node, context));
  const use = node.kind === 'map' && node.entries.has('use');
  if (use && (role?.role === 'export' || role?.role === 'flow')) return made(await usedExport(node, context));
  if (role?.role === 'flow' && node.kind === 'map') {
    const own = await context.flow(node);
    return { value: own?.flow, data: own?.data, unknown: own === undefined };
  }
  if (role?.role === 'policies') return made(await context.policies(node));
  if (role?.role === 'schema') {
    const says = node.kind === 'scalar' ? typeof node.value === 'string' : use;
    if (says) return made(await recordSchema(node, context));
  }
  const values = await plainValues(schema, node, context);
  if (role?.role !== 'path') return values;
  const value = placed(values.value, role, node.span);
  const { confinement, problems } = context;
  const paths = pathsIn(value, role);
  const asked = confinement.checkPath === undefined ? [] : await expanded(paths);
  const forbidden = asked.some((path) => confinement.forbids(path, node.span, problems));
  return { ...values, value, unknown: values.unknown || forbidden };
}

async function plainValues(
  schema: Schema | undefined,
  node: Located,
  context: BuildContext,
): Promise<OptionValues> {
  if (node.kind === 'scalar') return scalarValue(node, context);
  if (node.kind === 'list') {
    const items: OptionValues[] = [];
    for (const [index, item] of node.items.entries()) {
      items.push(await optionValues(schemaBelow(schema, index), item, context));
    }
    return {
      value: items.map(({ value }) => value),
      data: items.map(({ data }) => data),
      unknown: items.some(({ unknown }) => unknown),
    };
  }
  const secret = node.entries.get('secret');
  if (secret !== undefined && node.entries.size === 1) return secretValue(secret.value, context);
  const entries: [string, OptionValues][] = [];
  for (const [key, entry] of node.entries) {
    entries.push([key, await optionValues(schemaBelow(schema, key), entry.value, context)]);
  }
  return {
    value: plainObject(entries.map(([key, { value }]) => [key, value])),
    data: plainObject(entries.map(([key, { data }]) => [key, data])),
    unknown: entries.some(([, { unknown }]) => unknown),
  };
}

function scalarValue(node: LocatedScalar, context: BuildContext): OptionValues {
  const { value, unknown, secret } = interpolate(node, context);
  // As a file would have to say it.
  const data = typeof value === 'string' ? value.replaceAll('${', '$$${') : value;
  return { value, data: secret ? node.value : data, unknown };
}

/** `{ secret: … }`: a value that is never shown. */
function secretValue(node: Located, context: BuildContext): OptionValues {
  if (node.kind !== 'scalar' || node.value === null) {
    context.problems.add(node.span, `a secret is text, and this is ${kindOf(node)}`);
    return { value: undefined, data: undefined, unknown: true };
  }
  const { value, unknown } = interpolate(node, context);
  if (!unknown) context.secrets.add(value);
  const reference = typeof node.value === 'string' && node.value.includes('${');
  return { value, data: { secret: reference ? node.value : '***' }, unknown };
}

/** What records are checked with: of an export of a module, or of a file with a JSON Schema. */
async function recordSchema(node: Located, context: BuildContext): Promise<unknown> {
  const { problems } = context;
  if (node.kind === 'map') return usedExport(node, context);
  const { value, unknown } = interpolate(node as LocatedScalar, context);
  if (unknown) return undefined;
  const shown = String(value);
  const path = resolve(dirname(node.span.source.path), shown);
  if (context.confinement.forbids(path, node.span, problems)) return undefined;
  try {
    const root = parseYaml({ path, shown, text: readSource(path) }, problems);
    return root === undefined ? undefined : plainData(root);
  } catch (thrown) {
    const missing = Reflect.get(toError(thrown), 'code') === 'ENOENT';
    return problems.add(
      node.span,
      missing ? `there is no file ${shown}` : `cannot read ${shown}: ${toError(thrown).message}`,
      missing ? 'Paths are relative to the file they are written in.' : undefined,
    );
  }
}
