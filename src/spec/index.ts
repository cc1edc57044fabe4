export type { GraphDescription } from '../processing/graph/describe.ts';
export type { Finding, Severity } from '../processing/lint/finding.ts';
export type { BuiltFile } from './build/build-file.ts';
export {
  compileExpression,
  compilePredicate,
  type Expression,
  type ExpressionOptions,
  type ExpressionScope,
} from './expressions/expression.ts';
export type { FileLint } from './file-lint.ts';
export { fileOf } from './file-of.ts';
export { fileSchema as pipelineFileSchema } from './file-schema.ts';
export {
  type FileNote,
  openPipelineFile,
  type PipelineFile,
  type PipelineFileOptions,
  readPipelineText,
} from './pipeline-file.ts';
export type { Secrets } from './secrets.ts';
export type { SourceText } from './source/source-text.ts';
