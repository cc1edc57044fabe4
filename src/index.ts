/* Readers, writers and formats */

/* Components */
export { builtins } from './builtins.ts';
export type { ColumnType, TypedRow } from './core/column-types.ts';
export type { Duration } from './core/duration.ts';
/* Types */
export type { ErrorCode, ErrorFields } from './core/errors.ts';
/* Errors */
export { ERROR_CODES, isMillraceError, MillraceError } from './core/errors.ts';
export { functionOption, pathOption } from './core/option-role.ts';
export { Registry } from './core/registry.ts';
export type { Size } from './core/size.ts';
/* Plugins */
export { type Config, defineConfig } from './define-config.ts';
export type {
  FunctionArguments,
  ParameterValues,
  PartOptions,
  PluginFormatPart,
  PluginFunction,
  PluginPart,
  PluginSpec,
} from './define-plugin.ts';
export { definePlugin } from './define-plugin.ts';
export { arrow, csv, json, ndjson, parquet, stdout, text } from './formats.ts';
/* Graph */
export { deadLetters, from, readFrom } from './from.ts';
export type { Aggregate, AggregateResults, Aggregates } from './interfaces/aggregate.ts';
export type { Batch, BatchOrigin, Origin } from './interfaces/batch.ts';
export type {
  CheckpointEntry,
  CheckpointSession,
  CheckpointStore,
  CheckpointsOf,
  CheckpointView,
  OpenCheckpoints,
} from './interfaces/checkpoint.ts';
export type { Cancel, Clock } from './interfaces/clock.ts';
export type { Component, ComponentKind } from './interfaces/component.ts';
export type { ExpressionFunction, Parameter, ParameterKind } from './interfaces/expression-function.ts';
export type { DeadLetter, DecodeFailure, Replacement } from './interfaces/failure.ts';
export type {
  DecodeContext,
  Decoder,
  DecoderPosition,
  EncodeContext,
  Encoder,
  Format,
} from './interfaces/format.ts';
export type { Memory, Spill, SpillFile, SpillReader } from './interfaces/memory.ts';
export type {
  AsyncLogic,
  CallContext,
  Cardinality,
  DuplexContext,
  DuplexLogic,
  Emit,
  Operator,
  OperatorContext,
  Output,
  SyncLogic,
} from './interfaces/operator.ts';
export type {
  CheckpointTaken,
  HookRun,
  Plugin,
  PluginFormat,
  PluginHooks,
  RecordError,
  RunOutcome,
} from './interfaces/plugin.ts';
export type { Budget, Failure, LetterTarget, OnError, Policy } from './interfaces/policy.ts';
export type { Demand, ReadContext, Reader, ReaderTraits } from './interfaces/reader.ts';
export type {
  Balance,
  CheckpointOptions,
  CheckpointSummary,
  Logger,
  Metrics,
  NodeCounts,
  NodeMetrics,
  Progress,
  ReaderStanding,
  ReadSoFar,
  RunEvent,
  RunHandle,
  RunOptions,
  SpillOptions,
  StateSummary,
  StopOptions,
  Summary,
} from './interfaces/run.ts';
export type { Barrier, Item, Signal, Watermark } from './interfaces/signal.ts';
export type { Sink, WriteContext, Writer, WriterTraits } from './interfaces/writer.ts';
/* Options of formats */
export type {
  FileReadOptions,
  FileResumeOptions,
  FileWriteOptions,
  Paths,
} from './io/bytes/file-options.ts';
export type { HttpReadOptions, HttpWriteOptions } from './io/bytes/http/http-options.ts';
export type { PartitionValues, RotateOptions } from './io/bytes/split-options.ts';
export type { ArrowReadOptions } from './io/formats/arrow/arrow-read-options.ts';
export type { ArrowWriteOptions } from './io/formats/arrow/arrow-write-options.ts';
export type { ColumnKind } from './io/formats/columnar/column-kinds.ts';
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
export { type ForEachContext, type ForEachOptions, forEach } from './io/memory/for-each.ts';
export type { HeldInput, HeldOptions, PushOptions } from './io/memory/input-reader.ts';
export { nodeWritable } from './io/memory/node-writable.ts';
export type { PushInput } from './io/memory/observable-reader.ts';
export type { OverflowOptions } from './io/memory/overflow.ts';
export type { PositionHook } from './io/memory/positioned-reader.ts';
export { toArray } from './io/memory/to-array.ts';
export { webWritable } from './io/memory/web-writable.ts';
export type { DiagnosticMessage } from './observe/diagnostics.ts';
export {
  type DirectoryStoreOptions,
  directoryStore,
} from './processing/checkpoint/directory-store.ts';
export type { Guarantee, Guarantees, SinkGuarantee } from './processing/checkpoint/guarantees.ts';
export type { Branch } from './processing/graph/branch.ts';
export type { GraphDescription } from './processing/graph/describe.ts';
export { type Flow, otherwise, type SplitOptions } from './processing/graph/flow.ts';
export { concat, merge, zip } from './processing/graph/join.ts';
export { type MergeSortedOptions, mergeSorted } from './processing/graph/merge-sorted.ts';
export { type Pipeline, type PipelineOptions, pipeline } from './processing/graph/pipeline.ts';
/* Joins */
export { type AsOfJoinOptions, asOfJoin } from './processing/joins/as-of-join.ts';
export { type IntervalJoinOptions, intervalJoin } from './processing/joins/interval-join.ts';
export { type JoinOptions, join } from './processing/joins/join.ts';
export { type WindowJoinOptions, windowJoin } from './processing/joins/window-join.ts';
export { type Aggregated, aggregate } from './processing/operators/aggregate.ts';
export type { AggregatedBy } from './processing/operators/aggregate-by.ts';
export { count } from './processing/operators/aggregates/count.ts';
export type { CountDistinctOptions } from './processing/operators/aggregates/count-distinct.ts';
export { countDistinct } from './processing/operators/aggregates/count-distinct.ts';
export { defineAggregate } from './processing/operators/aggregates/define-aggregate.ts';
export type { Ordered } from './processing/operators/aggregates/extreme.ts';
export { first } from './processing/operators/aggregates/first.ts';
export { last } from './processing/operators/aggregates/last.ts';
export { type ListOptions, list } from './processing/operators/aggregates/list.ts';
export { max } from './processing/operators/aggregates/max.ts';
export { mean } from './processing/operators/aggregates/mean.ts';
export { median } from './processing/operators/aggregates/median.ts';
export { min } from './processing/operators/aggregates/min.ts';
export { type QuantileOptions, quantile } from './processing/operators/aggregates/quantile.ts';
export { type SetOptions, set } from './processing/operators/aggregates/set.ts';
export { type StddevOptions, stddev } from './processing/operators/aggregates/stddev.ts';
export { type SumOf, sum } from './processing/operators/aggregates/sum.ts';
export { type Frequent, type TopKOptions, topK } from './processing/operators/aggregates/top-k.ts';
/* Operators */
export { type AssertOptions, assert, type RuleCounts } from './processing/operators/assert.ts';
export { type Assigned, assign } from './processing/operators/assign.ts';
export { batch } from './processing/operators/batch.ts';
export { buffer } from './processing/operators/buffer.ts';
export { type Cast, type CastOptions, cast } from './processing/operators/cast.ts';
export { type ConcatMapOptions, concatMap } from './processing/operators/concat-map.ts';
export { conflate } from './processing/operators/conflate.ts';
export { debounce } from './processing/operators/debounce.ts';
export { type DedupeOptions, dedupe } from './processing/operators/dedupe.ts';
export { defineOperator } from './processing/operators/define-operator.ts';
export { delay } from './processing/operators/delay.ts';
export { type DistinctOptions, distinct } from './processing/operators/distinct.ts';
export { drop } from './processing/operators/drop.ts';
export { type EnrichOptions, enrich, type LookupCacheOptions } from './processing/operators/enrich/enrich.ts';
export { type LookupJoinOptions, lookupJoin } from './processing/operators/enrich/lookup-join.ts';
export { type EventTimeOptions, eventTime } from './processing/operators/event-time.ts';
export { type ExpandOptions, expand } from './processing/operators/expand.ts';
export type { ExpandAsyncOptions, ExpandContext } from './processing/operators/expand-async.ts';
export { expandAsync } from './processing/operators/expand-async.ts';
export { filter } from './processing/operators/filter.ts';
export { flatMap } from './processing/operators/flat-map.ts';
export { flatMapAsync } from './processing/operators/flat-map-async.ts';
export type { FlattenOptions } from './processing/operators/flatten.ts';
export { flatten } from './processing/operators/flatten.ts';
export type { KeyedOptions } from './processing/operators/groups/group-options.ts';
export type { IndexOptions } from './processing/operators/index.ts';
export { index } from './processing/operators/index.ts';
export type { Inner } from './processing/operators/inner-records.ts';
export type { LogLevel, LogOptions } from './processing/operators/log.ts';
export { log } from './processing/operators/log.ts';
export { map } from './processing/operators/map.ts';
export { mapAsync } from './processing/operators/map-async.ts';
export { pairwise } from './processing/operators/pairwise.ts';
export { parseFields } from './processing/operators/parse-fields.ts';
export type { Pivoted, PivotOptions } from './processing/operators/pivot.ts';
export { pivot } from './processing/operators/pivot.ts';
export { processKeyed } from './processing/operators/process-keyed.ts';
export type {
  FiredTimer,
  Outputs,
  ProcessContext,
  ProcessSpec,
  ProcessTime,
  ProcessTimers,
  Records,
} from './processing/operators/process-spec.ts';
export { records } from './processing/operators/process-spec.ts';
export type { ProgressOptions, ProgressReport } from './processing/operators/progress.ts';
export { progress } from './processing/operators/progress.ts';
export { rateLimit } from './processing/operators/rate-limit.ts';
export type { Identified, RecordIdOptions } from './processing/operators/record-id.ts';
export { recordId } from './processing/operators/record-id.ts';
export type { Time, TimeUnit } from './processing/operators/record-time.ts';
export { reduce } from './processing/operators/reduce.ts';
export type { KeyedValue } from './processing/operators/reduce-by.ts';
export { rename } from './processing/operators/rename.ts';
export { rx } from './processing/operators/rx.ts';
export type { SampleOptions } from './processing/operators/sample.ts';
export { sample } from './processing/operators/sample.ts';
export { scan } from './processing/operators/scan.ts';
export { select } from './processing/operators/select.ts';
export type { SortOptions } from './processing/operators/sort.ts';
export { sort } from './processing/operators/sort.ts';
export { startWith } from './processing/operators/start-with.ts';
export type { ListState, ListStateOptions } from './processing/operators/state/list-state.ts';
export type { MapState, MapStateOptions } from './processing/operators/state/map-state.ts';
export { state } from './processing/operators/state/state.ts';
export type { StateKind, TtlOptions } from './processing/operators/state/state-kind.ts';
export type { ValueState } from './processing/operators/state/value-state.ts';
export { stringifyFields } from './processing/operators/stringify-fields.ts';
export { take } from './processing/operators/take.ts';
export type { Notifier } from './processing/operators/take-until.ts';
export { takeUntil } from './processing/operators/take-until.ts';
export { takeWhile } from './processing/operators/take-while.ts';
export type { TapObserver } from './processing/operators/tap.ts';
export { tap } from './processing/operators/tap.ts';
export { throttle } from './processing/operators/throttle.ts';
export { through } from './processing/operators/through.ts';
export type { TimeInterval } from './processing/operators/time-interval.ts';
export { timeInterval } from './processing/operators/time-interval.ts';
export { timeout } from './processing/operators/timeout.ts';
export type { RankBy, TopOptions } from './processing/operators/top.ts';
export { top } from './processing/operators/top.ts';
export type { KeyedRecords, TopByOptions } from './processing/operators/top-by.ts';
export type { Unpivoted, UnpivotOptions } from './processing/operators/unpivot.ts';
export { unpivot } from './processing/operators/unpivot.ts';
export { validate } from './processing/operators/validate.ts';
export type { Valve } from './processing/operators/valve.ts';
export { valve } from './processing/operators/valve.ts';
export type { CalendarSize } from './processing/operators/windows/calendar.ts';
export { countWindow } from './processing/operators/windows/count-window.ts';
export type { GlobalWindowOptions } from './processing/operators/windows/global-window.ts';
export { globalWindow } from './processing/operators/windows/global-window.ts';
export type { HoppingOptions } from './processing/operators/windows/hopping.ts';
export { hopping } from './processing/operators/windows/hopping.ts';
export type { ProcessingTime } from './processing/operators/windows/processing-time.ts';
export { processingTime } from './processing/operators/windows/processing-time.ts';
export { session } from './processing/operators/windows/session.ts';
export type { TumblingOptions } from './processing/operators/windows/tumbling.ts';
export { tumbling } from './processing/operators/windows/tumbling.ts';
export type {
  Pane,
  Window,
  WindowResult,
  WindowSpan,
  WindowTimeOptions,
} from './processing/operators/windows/window.ts';
export { windowBy } from './processing/operators/windows/window-by.ts';
export type { EarlyResults, WindowOptions } from './processing/operators/windows/window-options.ts';
/* Policies; `skip` is an operator, too */
export type { Bulkhead } from './processing/policies/bulkhead.ts';
export { bulkhead } from './processing/policies/bulkhead.ts';
export type { CircuitChange, CircuitState } from './processing/policies/circuit.ts';
export type { CircuitBreaker } from './processing/policies/circuit-breaker.ts';
export { circuitBreaker } from './processing/policies/circuit-breaker.ts';
export { deadLetter } from './processing/policies/dead-letter.ts';
export { fail } from './processing/policies/fail.ts';
export { fallback } from './processing/policies/fallback.ts';
export { retry } from './processing/policies/retry.ts';
export { skip } from './processing/skip.ts';
export type {
  OrderOptions,
  SortBy,
  SortField,
  SortPart,
  SortValue,
} from './processing/sorting/sort-order.ts';
/* Running */
export { run, start } from './start.ts';
