import { z } from 'zod';
import type { Registry } from '../../core/registry.ts';
import { fileSchema } from '../../spec/file-schema.ts';
import {
  code,
  errorSchema,
  expectSchema,
  letterErrorSchema,
  letterSchema,
  marblesSchema,
  outputSchema,
  testFileSchema,
  testSchema,
} from './test-schema.ts';

type Schema = Readonly<Record<string, unknown>>;

const named = (name: string): Schema => ({ $ref: `#/$defs/${name}` });
const list = (items: Schema = {}): Schema => ({ type: 'array', items });
const mapOf = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });
const USE: Schema = { type: 'string', description: 'An export of a module, e.g. "./mock.ts#lookup"' };

/** A map of one key. */
const only = (name: string, value: Schema): Schema => ({
  type: 'object',
  properties: { [name]: value },
  required: [name],
  additionalProperties: false,
});

/** The JSON Schema of files of tests: what editors complete and explain by it, operators and readers of a registry included. */
export function testsSchema(registry: Registry): Schema {
  const whole = fileSchema(registry) as { readonly $defs: Readonly<Record<string, ObjectSchema>> };
  const { flow, step } = whole.$defs;
  const file = objectSchema(testFileSchema);
  const parts = {
    inputs: { ...mapOf(named('input')), description: file.properties.inputs!.description },
    operators: { ...mapOf(named('operator')), description: file.properties.operators!.description },
  };
  const tests = { ...mapOf(named('test')), minProperties: 1, description: 'The tests by their names' };
  const expect = objectSchema(expectSchema);
  const test = objectSchema(testSchema);
  const letters = list(named('deadLetter'));
  const letter = objectSchema(letterSchema);
  const error = (whole: z.ZodType, described: Schema): Schema => ({
    anyOf: [z.toJSONSchema(code), objectSchema(whole)].map(({ $schema: _, ...form }: Schema) => form),
    description: described.description,
  });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Tests of a pipeline of millrace',
    ...file,
    properties: { ...file.properties, ...parts, tests },
    patternProperties: { '^x-': { description: 'Anything, e.g. what anchors are put on' } },
    $defs: {
      test: { ...test, properties: { ...test.properties, ...parts, expect: named('expect') } },
      input: {
        anyOf: [list(), objectSchema(marblesSchema), only('read', flow!.properties.read!), only('use', USE)],
      },
      operator: { anyOf: [{ type: 'string', pattern: '#' }, only('use', USE), step!.anyOf[1]] },
      expect: {
        ...expect,
        type: ['object', 'null'],
        properties: {
          ...expect.properties,
          outputs: {
            ...mapOf({ anyOf: [list(), objectSchema(outputSchema), objectSchema(marblesSchema)] }),
            description: expect.properties.outputs!.description,
          },
          deadLetters: {
            anyOf: [letters, mapOf(letters)],
            description: expect.properties.deadLetters!.description,
          },
          error: error(errorSchema, expect.properties.error!),
        },
      },
      deadLetter: {
        ...letter,
        properties: { ...letter.properties, error: error(letterErrorSchema, letter.properties.error!) },
      },
      ...whole.$defs,
    },
  };
}

interface ObjectSchema extends Schema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly anyOf: readonly Schema[];
}

function objectSchema(schema: z.ZodType): ObjectSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  return rest as unknown as ObjectSchema;
}
