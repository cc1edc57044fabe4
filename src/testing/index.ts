export {
  type ConformanceCase,
  type OperatorCases,
  operatorConformance,
} from './operator-conformance.ts';
export { type OperatorProbe, probeOperator } from './operator-probe.ts';
export { type ReaderCases, readerConformance } from './reader-conformance.ts';
export { probeReader, type ReaderProbe, type ReaderProbeOptions } from './reader-probe.ts';
export { probeSource, type SourceProbe } from './source-probe.ts';
export { type VirtualClock, virtualClock } from './virtual-clock.ts';
export {
  type MakeWriter,
  type WriterCases,
  type WriterSubject,
  writerConformance,
} from './writer-conformance.ts';
