export {
  type CheckpointStoreCases,
  checkpointStoreConformance,
} from './checkpoint-store-conformance.ts';
export { type ExpectMarblesOptions, expectMarbles } from './expect-marbles.ts';
export {
  type PipelineFileTest,
  type PipelineFileTestOptions,
  pipelineFileTests,
  testPipelineFile,
} from './files/pipeline-file-tests.ts';
export { type Marbles, type MarblesOptions, marbles } from './marbles.ts';
export { type MemoryStoreOptions, memoryStore } from './memory-store.ts';
export {
  type ConformanceCase,
  type OperatorCases,
  operatorConformance,
} from './operator-conformance.ts';
export { type OperatorProbe, type ProbeState, probeOperator } from './operator-probe.ts';
export type { Marble } from './parse-marbles.ts';
export { type ReaderCases, readerConformance } from './reader-conformance.ts';
export { probeReader, type ReaderProbe, type ReaderProbeOptions } from './reader-probe.ts';
export { probeSink, type SinkProbe } from './sink-probe.ts';
export { probeSource, type SourceProbe } from './source-probe.ts';
export { type PipelineOutcome, type TestPipelineOptions, testPipeline } from './test-pipeline.ts';
export { type VirtualClock, virtualClock } from './virtual-clock.ts';
export {
  type MakeWriter,
  type WriterCases,
  type WriterSubject,
  writerConformance,
} from './writer-conformance.ts';
