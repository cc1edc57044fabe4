import type { Registry } from '../core/registry.ts';
import type { ComponentKind } from '../interfaces/component.ts';
import { fileName } from './build/component-name.ts';
import { JOINS } from './build/joins.ts';
import { POLICY_FORMS } from './build/policies.ts';
import { processSchema } from './build/process-step.ts';
import { sortedSchema } from './build/sources.ts';
import { splitSchema } from './build/split-step.ts';
import { ALL_RULES } from './file-lint.ts';
import { componentSchema, optionSchema, type Schema, SHARED_DEFINITIONS } from './option-schema.ts';
import { parameterSchema } from './parameters.ts';
import { settingsSchema } from './settings.ts';

const text = (description: string): Schema => ({ type: 'string', minLength: 1, description });
const USE = text('An export of a module, e.g. "./parts.ts#name"');
const plugin = text('A package, or the path of a file, e.g. "./plugin.ts"');
const names: Schema = {
  type: 'array',
  items: text('The name of a flow, or of an output: flow.output'),
  minItems: 1,
};
const map = (values: Schema, description: string): Schema => ({
  description,
  type: ['object', 'null'],
  additionalProperties: values,
});

/**
 * The JSON Schema of a whole file: what editors complete and explain by. It allows what the components of a registry take;
 * what goes beyond types and names is checked when a file is read.
 */
export function fileSchema(registry: Registry): Schema {
  const settings = optionSchema(settingsSchema) as { readonly properties: Readonly<Record<string, Schema>> };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A pipeline of millrace',
    type: 'object',
    properties: {
      version: { const: 1, description: 'The version of this form' },
      name: text('The name of the pipeline; that of the file without it'),
      description: text('What it is for'),
      params: map(
        componentSchema({ options: parameterSchema, main: 'type' }),
        'What is set by --set name=value',
      ),
      plugins: {
        description: 'Plugins that the pipeline is made of, too: packages, or paths of files',
        anyOf: [plugin, { type: 'array', items: plugin }],
      },
      include: {
        description: 'Files whose params, flows and sinks belong to this one, too',
        anyOf: [text('The path of a file'), { type: 'array', items: text('The path of a file') }],
      },
      flows: map({ $ref: '#/$defs/flow' }, 'Flows by their names'),
      sinks: map({ $ref: '#/$defs/sink' }, 'Where records go'),
      ...settings.properties,
      lint: lintSchema(),
    },
    patternProperties: { '^x-': { description: 'Anything, e.g. what anchors are put on' } },
    required: ['version'],
    additionalProperties: false,
    $defs: {
      flow: flowSchema(registry),
      sink: {
        type: 'object',
        properties: {
          from: text('The flow that it takes the records of; without it, it takes dead letters'),
          write: onlyOne(registry, 'writer'),
        },
        required: ['write'],
        additionalProperties: false,
      },
      step: stepSchema(registry),
      onError: {
        description: 'A policy, or a list of them that are tried in order',
        anyOf: [
          { $ref: '#/$defs/policy' },
          { type: 'array', items: { $ref: '#/$defs/policy' }, minItems: 1 },
        ],
      },
      policy: {
        anyOf: [
          { enum: ['fail', 'skip'] },
          {
            type: 'object',
            properties: Object.fromEntries(
              Object.entries(POLICY_FORMS).map(([name, form]) => [name, componentSchema(form)]),
            ),
            minProperties: 1,
            maxProperties: 1,
            additionalProperties: false,
          },
        ],
      },
      ...SHARED_DEFINITIONS,
    },
  };
}

function flowSchema(registry: Registry): Schema {
  const joins = Object.entries(JOINS).map(([name, { schema }]) => [name, joinSchema(optionSchema(schema))]);
  return {
    type: 'object',
    properties: {
      read: onlyOne(registry, 'reader'),
      from: text('A flow to go on from: its name, or flow.output'),
      merge: { ...names, description: 'All records of flows, as they come' },
      concat: { ...names, description: 'All records of one flow after those of another' },
      zip: { ...names, description: 'Lists of a record of each flow' },
      mergeSorted: optionSchema(sortedSchema),
      ...Object.fromEntries(joins),
      deadLetters: { const: true, description: 'Takes the records that deadLetter sends to this flow' },
      pipe: {
        type: ['array', 'null'],
        items: { $ref: '#/$defs/step' },
        description: 'Operators, one after another',
      },
      as: text('The name of its first node'),
    },
    additionalProperties: false,
  };
}

/** Which rules of `check` are silent. */
function lintSchema(): Schema {
  const off: Schema = {
    anyOf: [
      { const: 'off' },
      { type: 'array', items: { type: 'string' }, description: 'Nodes that it is meant of' },
    ],
  };
  return {
    type: 'object',
    description: 'Rules of "millrace check" that are off, everywhere or for some nodes',
    properties: Object.fromEntries(ALL_RULES.map((rule) => [rule, off])),
    additionalProperties: false,
  };
}

/** A join; one by windows may also say its window by the name of it: `tumbling: { size: 1m, time: at }`. */
function joinSchema(schema: Schema): Schema {
  const { properties, required } = schema as { properties: Record<string, Schema>; required: string[] };
  const { window } = properties;
  if (window === undefined) return schema;
  const kinds = ['tumbling', 'hopping'];
  return {
    ...schema,
    properties: {
      ...properties,
      ...Object.fromEntries(kinds.map((name) => [name, { type: 'object', description: 'The window' }])),
    },
    required: required.filter((name) => name !== 'window'),
    oneOf: ['window', ...kinds].map((name) => ({ required: [name] })),
  };
}

/** A map of one component. */
function onlyOne(registry: Registry, kind: ComponentKind): Schema {
  return {
    description: `One ${kind}`,
    type: 'object',
    properties: { ...components(registry, kind), use: USE },
    minProperties: 1,
    maxProperties: 1,
    additionalProperties: false,
  };
}

function stepSchema(registry: Registry): Schema {
  const operators = registry.list('operator');
  const without = operators.filter(({ options }) => options.safeParse({}).success);
  const split = componentSchema({ options: splitSchema, main: 'routes' }, 'Ends the pipe in several flows');
  const own = components(registry, 'operator');
  return {
    anyOf: [
      { enum: without.map(({ name }) => fileName(name)) },
      {
        type: 'object',
        properties: {
          ...own,
          window: { anyOf: [own.window ?? {}, windowSchema()] },
          keyBy: {
            description: 'Sets records apart for what follows: an expression, or the names of fields',
            anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }, { type: 'object' }],
          },
          process: componentSchema(
            { options: processSchema, main: 'spec' },
            'Keyed state, timers and side outputs, by callbacks of a module',
          ),
          split,
          use: USE,
          as: text('The name of the node'),
        },
        minProperties: 1,
        maxProperties: 2,
        additionalProperties: false,
      },
    ],
  };
}

/** A window whose aggregates are the next step. */
function windowSchema(): Schema {
  return { type: 'object', description: 'A window; what is worked out is the aggregate behind it' };
}

function components(registry: Registry, kind: ComponentKind): Record<string, Schema> {
  return Object.fromEntries(
    registry.list(kind).map((component) => [fileName(component.name), componentSchema(component)]),
  );
}
