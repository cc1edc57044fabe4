/* Readers, writers and formats */

/* Components */
export { builtins } from './builtins.ts';
export type { Duration } from './core/duration.ts';
/* Types */
export type { ErrorCode, ErrorFields } from './core/errors.ts';
/* Errors */
export { ERROR_CODES, isMillraceError, MillraceError } from './core/errors.ts';
export { Registry } from './core/registry.ts';
export type { Size } from './core/size.ts';
export { arrow, csv, json, ndjson, parquet, stdout, text } from './formats.ts';
/* Graph */
export { deadLetters, from, readFrom } from './from.ts';
export type { Batch, BatchOrigin, Origin } from './interfaces/batch.ts';
export type { Cancel, Clock } from './interfaces/clock.ts';
export type { Component, ComponentKind, Plugin } from './interfaces/component.ts';
export type { DeadLetter, DecodeFailure, Replacement } from './interfaces/failure.ts';
export type { DecodeContext, Decoder, Encoder, Format } from './interfaces/format.ts';
export type {
  AsyncLogic,
  CallContext,
  Cardinality,
  DuplexContext,
  DuplexLogic,
  Emit,
  Operator,
  OperatorContext,
  SyncLogic,
} from './interfaces/operator.ts';
export type { Budget, Failure, LetterTarget, OnError, Policy } from './interfaces/policy.ts';
export type { Demand, ReadContext, Reader, ReaderTraits } from './interfaces/reader.ts';
export type {
  Balance,
  Logger,
  Metrics,
  NodeCounts,
  NodeMetrics,
  Progress,
  RunEvent,
  RunHandle,
  RunOptions,
  Summary,
} from './interfaces/run.ts';
export type { Barrier, Item, Signal, Watermark } from './interfaces/signal.ts';
export type { Sink, WriteContext, Writer, WriterTraits } from './interfaces/writer.ts';
/* Options of formats */
export type { FileReadOptions, FileWriteOptions, Paths } from './io/bytes/file-options.ts';
export type { HttpReadOptions, HttpWriteOptions } from './io/bytes/http/http-options.ts';
export type { PartitionValues, RotateOptions } from './io/bytes/split-options.ts';
export type { ArrowReadOptions } from './io/formats/arrow/arrow-read-options.ts';
export type { ArrowWriteOptions } from './io/formats/arrow/arrow-write-options.ts';
export type { ColumnKind } from './io/formats/columnar/column-kinds.ts';
export type { ColumnType, TypedRow } from './io/formats/csv/column-types.ts';
export type { CsvReadOptions } from './io/formats/csv/csv-read-options.ts';
export type { CsvWriteOptions } from './io/formats/csv/csv-write-options.ts';
export type { JsonReadOptions } from './io/formats/json/json-read-options.ts';
export type { JsonWriteOptions } from './io/formats/json/json-writer.ts';
export type { NdjsonReadOptions } from './io/formats/ndjson/ndjson-reader.ts';
export type { NdjsonWriteOptions } from './io/formats/ndjson/ndjson-writer.ts';
export type { ParquetReadOptions } from './io/formats/parquet/parquet-read-options.ts';
export type { ParquetWriteOptions } from './io/formats/parquet/parquet-write-options.ts';
export type { TextReadOptions } from './io/formats/text/text-read-options.ts';
export type { TextWriteOptions } from './io/formats/text/text-writer.ts';
/* Sinks in memory */
export { discard } from './io/memory/discard.ts';
export { forEach } from './io/memory/for-each.ts';
export { nodeWritable } from './io/memory/node-writable.ts';
export type { OverflowOptions } from './io/memory/overflow.ts';
export { toArray } from './io/memory/to-array.ts';
export { webWritable } from './io/memory/web-writable.ts';
export type { DiagnosticMessage } from './observe/diagnostics.ts';
export type { Branch } from './processing/graph/branch.ts';
export type { GraphDescription } from './processing/graph/describe.ts';
export type { Flow, SplitOptions } from './processing/graph/flow.ts';
export { otherwise } from './processing/graph/flow.ts';
export { concat, merge, zip } from './processing/graph/join.ts';
export type { Pipeline, PipelineOptions } from './processing/graph/pipeline.ts';
export { pipeline } from './processing/graph/pipeline.ts';
/* Operators */
export { batch } from './processing/operators/batch.ts';
export { defineOperator } from './processing/operators/define-operator.ts';
export { filter } from './processing/operators/filter.ts';
export { flatMap } from './processing/operators/flat-map.ts';
export { flatMapAsync } from './processing/operators/flat-map-async.ts';
export { map } from './processing/operators/map.ts';
export { mapAsync } from './processing/operators/map-async.ts';
export { rename } from './processing/operators/rename.ts';
export { rx } from './processing/operators/rx.ts';
export { scan } from './processing/operators/scan.ts';
export { select } from './processing/operators/select.ts';
export { take } from './processing/operators/take.ts';
export { takeWhile } from './processing/operators/take-while.ts';
export { tap } from './processing/operators/tap.ts';
export { through } from './processing/operators/through.ts';
export { validate } from './processing/operators/validate.ts';
/* Policies; `skip` is an operator, too */
export { deadLetter } from './processing/policies/dead-letter.ts';
export { fail } from './processing/policies/fail.ts';
export { fallback } from './processing/policies/fallback.ts';
export { retry } from './processing/policies/retry.ts';
export { skip } from './processing/skip.ts';
/* Running */
export { run, start } from './start.ts';
