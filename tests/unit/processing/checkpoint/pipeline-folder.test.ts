import { expect, test } from 'vitest';
import { folderPipeline, pipelineFolder } from '../../../../src/processing/checkpoint/pipeline-folder.ts';

test.each([
  ['orders', 'orders'],
  ['orders-2_b', 'orders-2_b'],
  ['täglich 漢字', 'täglich%20漢字'],
  ['..', '%2e%2e'],
  ['a/b\\c', 'a%2fb%5cc'],
  ['Orders', '%4frders'],
  ['Ä', '%c3%84'],
  ['a\u0308', 'a%cc%88'],
  ['50%', '50%25'],
])('the pipeline %j has the folder %s', (pipeline, folder) => {
  expect(pipelineFolder(pipeline)).toBe(folder);
  expect(folderPipeline(folder)).toBe(pipeline);
});

test.each([[''], ['x'.repeat(241)], ['\ud800']])('the pipeline %j has none', (pipeline) => {
  expect(() => pipelineFolder(pipeline)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
});

test.each(['Orders', 'a b', '%6frders', '%', '%zz', '%ff', ''])(
  'the folder %j is of no pipeline',
  (folder) => {
    expect(folderPipeline(folder)).toBeUndefined();
  },
);

test('a folder is known again where the system takes letters and accents apart', () => {
  expect(folderPipeline('ta\u0308glich')).toBe('t\u00e4glich');
});
