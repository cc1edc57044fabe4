import { elapsedMs } from '../../core/clock.ts';
import { isMillraceError, MillraceError, toError } from '../../core/errors.ts';
import type { CheckpointExtent, NodeFiles } from '../../interfaces/checkpoint.ts';
import type { Cancel } from '../../interfaces/clock.ts';
import type { CheckpointSummary, Summary } from '../../interfaces/run.ts';
import type {
  BarrierWatcher,
  Checkpointing,
  EdgeSnapshot,
  RestoredNode,
  StageSnapshot,
  StateBytes,
} from '../runtime/checkpointing.ts';
import { Attempt } from './attempt.ts';
import { cameToNothing, tooSlow, waitsFor } from './attempt-error.ts';
import { checkpointSummary, contentOf, type Published } from './checkpoint-content.ts';
import type { CheckpointedStage } from './checkpointed-stage.ts';
import { confirmed } from './confirmed.ts';
import type { CoordinatorSpec } from './coordinator-spec.ts';
import { FinalStates } from './final-states.ts';
import { gather } from './gathered.ts';
import { stateBytes } from './state-bytes.ts';
import { writeCheckpoint } from './write-checkpoint.ts';

/**
 * Makes the checkpoints of a run: sends barriers into the readers, gathers what the stages are when one passes them,
 * writes that, and lets sinks commit and readers acknowledge. One at a time. What goes wrong harms no record: the next
 * checkpoint has all that this one would have had.
 */
export class Coordinator implements Checkpointing {
  readonly #spec: CoordinatorSpec;
  #stages: readonly CheckpointedStage[] = [];
  #attempt: Attempt | undefined;
  #newest: number;
  #completed = 0;
  #failedInRow = 0;
  #cancelNext: Cancel = () => {};
  #closed = false;
  #abandoned = false;
  #standsStill = false;
  readonly #final = new FinalStates();
  readonly #watchers: BarrierWatcher[] = [];
  /** The newest that is complete. */
  last: number | undefined;

  constructor(spec: CoordinatorSpec) {
    this.#spec = spec;
    this.#newest = spec.newest;
    this.last = spec.restored?.checkpoint.id;
  }

  /**
   * Begins to make checkpoints of these stages. There is one before the first record: without it, what a run that is
   * killed soon has written would lie about, known to nobody.
   */
  async start(stages: readonly CheckpointedStage[]): Promise<void> {
    this.#stages = stages;
    if (this.#spec.restored === undefined) {
      const attempt = new Attempt(++this.#newest, this.#spec.clock.now(), false);
      await Promise.all(
        stages.map(async ({ id, sink }) => {
          if (sink !== undefined) attempt.passed.set(id, await sink.prepare(attempt.id));
        }),
      );
      await this.#put(attempt, 'running');
      await this.#confirm(attempt);
    }
    this.#schedule(this.#spec.settings.every);
  }

  #schedule(ms: number): void {
    if (this.#closed) return;
    this.#cancelNext = this.#spec.clock.schedule(() => this.#begin(false), ms);
  }

  restored(node: string): RestoredNode | undefined {
    return this.#spec.restored?.node(node);
  }

  restoredEdge(name: string): EdgeSnapshot | undefined {
    return this.#spec.restored?.edge(name);
  }

  wasOver(nodes: readonly string[]): boolean {
    return this.#spec.restored?.wasOver(nodes) ?? false;
  }

  keepFinal(node: string, remembered: () => unknown): void {
    // One that was over before has nothing, in this run, that it remembered then.
    if (!this.#abandoned && !this.#standsStill && !this.wasOver([node])) this.#final.keep(node, remembered);
  }

  encode(node: string, state: unknown): StateBytes {
    return stateBytes(state, `the state of "${node}"`);
  }

  files(node: string): NodeFiles {
    return this.#spec.files.of(node);
  }

  filesOf(node: string): readonly string[] {
    return this.#spec.files.tell(node);
  }

  letGo(node: string): void {
    this.#spec.files.letGo(node);
  }

  get next(): number {
    return this.#attempt?.id ?? this.#newest + 1;
  }

  get underway(): number | undefined {
    return this.#attempt?.id;
  }

  isLast(id: number): boolean {
    return this.#attempt?.id === id && this.#attempt.last;
  }

  watch(watcher: BarrierWatcher): void {
    this.#watchers.push(watcher);
  }

  get resumable(): boolean {
    return this.last !== undefined;
  }

  get summary(): CheckpointSummary {
    return checkpointSummary(this.#spec.restored, this.#completed, this.last);
  }

  #begin(last: boolean): Attempt {
    const attempt = new Attempt(this.#newest + 1, this.#spec.clock.now(), last);
    this.#newest = attempt.id;
    this.#attempt = attempt;
    for (const watcher of this.#watchers) watcher.begins?.();
    this.#limit(attempt);
    for (const stage of this.#stages) {
      if (last) stage.reader?.halt();
      if (stage.reader?.open === true) this.#inject(stage, attempt);
      // Where letters meet, nobody has to wait for one that has not begun.
      if (!stage.begun && !stage.over) stage.passLetters({ kind: 'barrier', id: attempt.id });
    }
    this.over();
    return attempt;
  }

  #limit(attempt: Attempt): void {
    const { clock, settings } = this.#spec;
    attempt.cancelTimeout = clock.schedule(() => this.#tooSlow(attempt), settings.timeout);
  }

  #inject({ id: stage, reader, nodes, over }: CheckpointedStage, { id, injected, passed }: Attempt): void {
    const [name] = nodes;
    if (over || reader === undefined || injected.has(name!) || passed.has(stage)) return;
    injected.add(name!);
    reader.inject({ kind: 'barrier', id });
  }

  opened(node: string): void {
    const stage = this.#stages.find(({ nodes }) => nodes[0] === node);
    if (this.#attempt !== undefined && stage !== undefined) this.#inject(stage, this.#attempt);
  }

  positioned(node: string, id: number, position: unknown): void {
    if (this.#attempt?.id === id) this.#attempt.positions.set(node, position);
  }

  passed(stage: number, id: number, snapshot: StageSnapshot): void {
    if (this.#attempt?.id !== id) return;
    this.#attempt.passed.set(stage, snapshot);
    this.over();
  }

  failed(id: number, error: unknown): void {
    if (this.#attempt?.id === id) this.#giveUp(this.#attempt, error);
  }

  /** A stage is over, or has passed the barrier: perhaps the last one that was missing. */
  over(): void {
    const attempt = this.#attempt;
    if (attempt === undefined || attempt.writing || this.#missing(attempt).length > 0) return;
    attempt.writing = true;
    this.#write(attempt).catch((error: unknown) => this.#giveUp(attempt, error));
  }

  #missing({ passed }: Attempt): readonly CheckpointedStage[] {
    return this.#stages.filter(({ id, over, begun }) => !passed.has(id) && !over && begun);
  }

  async #write(attempt: Attempt): Promise<void> {
    const finished = this.#stages.every(({ id, over }) => over && !attempt.passed.has(id));
    await this.#put(attempt, finished ? 'finished' : attempt.last ? 'stopped' : 'running');
    if (this.#attempt !== attempt) return;
    this.#attempt = undefined;
    attempt.cancelTimeout();
    this.#failedInRow = 0;
    await this.#confirm(attempt);
    attempt.settle(true);
    this.#schedule(Math.max(0, this.#spec.settings.every - elapsedMs(this.#spec.clock, attempt.began)));
  }

  async #put(attempt: Attempt, complete: CheckpointExtent, published?: Published): Promise<void> {
    const { session, clock, emit, files, pipeline } = this.#spec;
    if (this.#abandoned)
      throw new MillraceError('ERR_ABORTED', `Cannot make checkpoints of "${pipeline}": its run is over`);
    const gathered = gather(this.#stages, attempt, (position) => this.encode('its position', position));
    const content = contentOf(this.#spec, gathered, { id: attempt.id, complete, published });
    const kept = published === undefined ? gathered.files : [];
    const bytes = await writeCheckpoint(session, files, content, kept);
    this.#completed++;
    this.last = attempt.id;
    emit({ type: 'checkpoint', id: attempt.id, bytes, durationMs: elapsedMs(clock, attempt.began) });
  }

  async #confirm(attempt: Attempt): Promise<void> {
    await confirmed(this.#stages, attempt).catch((error: unknown) => this.#spec.fail(error));
  }

  /** No barrier comes to a stage behind the end of its input: what it still gives may take as long as it likes. */
  #tooSlow(attempt: Attempt): void {
    if (this.#missing(attempt).every(({ ending }) => ending)) this.#limit(attempt);
    else this.#giveUp(attempt, tooSlow(attempt, this.waitingFor));
  }

  /** What the checkpoint that is under way waits for, in words. */
  get waitingFor(): string | undefined {
    if (this.#attempt === undefined) return undefined;
    const missing = this.#missing(this.#attempt).map(({ nodes }) => nodes[0]!);
    return waitsFor(this.#attempt, missing, this.#spec.session.label);
  }

  #giveUp(attempt: Attempt, thrown: unknown): void {
    if (this.#attempt !== attempt) return;
    this.#attempt = undefined;
    attempt.cancelTimeout();
    const { settings, emit, fail, files, pipeline } = this.#spec;
    for (const watcher of this.#watchers) watcher.givenUp(attempt.id);
    files.gaveUp();
    for (const { sink } of this.#stages) sink?.release(attempt.id).catch(fail);
    const error = toError(thrown);
    // What comes together again by itself says nothing of the store.
    const passing = isMillraceError(error) && error.code === 'ERR_CHECKPOINT' && error.retryable;
    if (!passing) this.#failedInRow++;
    const inRow = this.#failedInRow;
    emit({ type: 'checkpoint-failed', id: attempt.id, error, inRow });
    if (attempt.last || inRow >= settings.failures) fail(cameToNothing(pipeline, attempt, inRow, error));
    else this.#schedule(settings.every);
    attempt.settle(false);
  }

  /** Stops the readers behind a last barrier. Resolves to whether its checkpoint is complete: all stands still then. */
  async stop(): Promise<boolean> {
    this.#close();
    await this.#attempt?.settled;
    this.#standsStill = await this.#begin(true).settled;
    return this.#standsStill;
  }

  #close(): void {
    this.#closed = true;
    this.#cancelNext();
  }

  /** The run has failed: what stages are from now on says nothing of what they have done. */
  abandon(): void {
    this.#abandoned = true;
    this.#close();
    const attempt = this.#attempt;
    if (attempt === undefined || attempt.writing) return;
    this.#attempt = undefined;
    attempt.cancelTimeout();
    attempt.settle(false);
  }

  /** All has been read, worked off and prepared: the checkpoint that sinks may publish behind. */
  async finish(): Promise<void> {
    this.#close();
    await this.#attempt?.settled;
    const attempt = new Attempt(++this.#newest, this.#spec.clock.now(), true);
    await this.#put(attempt, 'finished');
    await this.#confirm(attempt);
  }

  /** All output is published: nothing is left to be gone on with, but perhaps to be looked at. */
  async published(summary: Summary): Promise<void> {
    const attempt = new Attempt(++this.#newest, this.#spec.clock.now(), true);
    const put = (final: FinalStates) => this.#put(attempt, 'finished', { summary, final });
    // That a run is over must not hang on room for what nobody needs.
    await put(this.#final).catch(() => put(new FinalStates()));
  }

  async close(): Promise<void> {
    this.#close();
    this.#attempt?.cancelTimeout();
    await this.#spec.files.close();
    await this.#spec.session.close();
  }
}
