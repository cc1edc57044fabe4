import { describe, expect, test } from 'vitest';
import { packageName, projectFiles } from '../../../../src/cli/init/project.ts';
import { ValueShape } from '../../../../src/cli/profile/value-shape.ts';

describe('packageName', () => {
  test.each([
    ['My Orders', 'my-orders'],
    ['.hidden', 'hidden'],
    ['ünïcode', 'n-code'],
    ['!!!', 'pipeline'],
  ])('makes %j %j', (name, wanted) => {
    expect(packageName(name)).toBe(wanted);
  });
});

describe('projectFiles', () => {
  test('has no schema for records that are no objects', () => {
    const shape = new ValueShape();
    shape.add('a line');
    const input = { path: 'app.log', format: 'text', shape } as const;
    const names = (kind: 'yaml' | 'ts') =>
      projectFiles({ name: 'logs', kind, input }).map(({ name }) => name);
    expect(names('yaml')).toEqual(['package.json', 'pipeline.yaml', '.gitignore']);
    expect(names('ts')).toEqual(['package.json', 'pipeline.ts', '.gitignore']);
    expect(projectFiles({ name: 'logs', kind: 'yaml', input })[1]!.text).not.toContain('validate');
  });
});
