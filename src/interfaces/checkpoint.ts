/** What a store knows of a checkpoint without reading it; whether it is whole is found when it is read. */
export interface CheckpointEntry {
  /** Its number, from 1: later checkpoints have larger ones. */
  readonly id: number;
  /** When the store took it in, in milliseconds since the epoch. */
  readonly time: number;
  /** Bytes that it takes. */
  readonly bytes: number;
}

/**
 * Bytes that are kept beside the checkpoints: too many to be written with each of them. They are appended, may be read
 * meanwhile, and never change. Calls of one file do not overlap.
 */
export interface KeptFile {
  readonly name: string;
  /** How many bytes there are. */
  readonly bytes: number;
  /** Takes all of `bytes`, which may be overwritten afterwards. Refused for a file that was opened again. */
  append(bytes: Uint8Array): Promise<void>;
  /** Fills `into` with what lies from `position` on, and says with how many bytes; 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** When it resolves, what was appended survives a loss of power, with the name. */
  sync(): Promise<void>;
  /** Lets go of it; it stays. Closing twice is allowed. */
  close(): Promise<void>;
}

/**
 * The files that one node keeps beside the checkpoints of its run. Checkpoints have those that it has when their barrier
 * passes it: they are safe before the checkpoint is, and stay as long as one has them.
 */
export interface NodeFiles {
  /** Makes a file. */
  create(): Promise<KeptFile>;
  /** Takes up a file that an earlier checkpoint has: from now on, later ones have it, too. */
  retain(name: string): void;
  /** Opens a file that it has, to read it. */
  open(name: string): Promise<KeptFile>;
  /** Says that later checkpoints need not have it. Whoever still uses it has to let go of it before. */
  drop(name: string): void;
}

/** Whose checkpoints to open. */
export interface CheckpointsOf {
  /** Name of the pipeline. */
  readonly pipeline: string;
}

/** How to open the checkpoints of a pipeline for writing. */
export interface OpenCheckpoints extends CheckpointsOf {
  /**
   * Takes the lock even from an owner of which nobody here can tell whether it is alive, such as one on another
   * host. Two owners at once destroy what they write: say so only when the other is known to be gone. An owner
   * that is known to be alive keeps it all the same. @default false
   */
  readonly takeOver?: boolean;
  /**
   * The same object for all that one run opens: a store in a database may share a connection, and a transaction, with
   * the sinks of the run that write to that database. Absent where there is no run.
   */
  readonly run?: object;
}

/** The checkpoints of one pipeline, for reading only. */
export interface CheckpointView {
  /** Where they are, for messages. */
  readonly label: string;
  /** What is there, the newest first. */
  list(): Promise<readonly CheckpointEntry[]>;
  /**
   * The bytes of one, as they are: nothing is checked.
   *
   * @throws MillraceError `ERR_NOT_FOUND` when it is not there.
   */
  read(id: number): Promise<Uint8Array>;
  /** The names of all files beside the checkpoints, in no order. */
  files(): Promise<readonly string[]>;
  /**
   * Opens a file to read what is in it by now. Whoever opened it has to close it.
   *
   * @throws MillraceError `ERR_NOT_FOUND` when it is not there.
   */
  openFile(name: string): Promise<KeptFile>;
}

/** The checkpoints of one pipeline, locked for whoever opened them. Calls may overlap; they are done in order. */
export interface CheckpointSession extends CheckpointView {
  /**
   * Takes a checkpoint: when this resolves, it is there whole and survives a loss of power; when it rejects, those
   * before it are as they were, and the same `id` may be tried again. It pulls the next chunk when the one before is
   * written, so that whoever makes them is not in one go. Older ones may go afterwards.
   *
   * @throws MillraceError `ERR_CHECKPOINT` when `id` is not larger than that of every checkpoint there,
   *   `ERR_LOCKED` when somebody has taken the lock over, `ERR_SPACE`, `ERR_PERMISSION`, `ERR_IO`.
   */
  write(id: number, chunks: Iterable<Uint8Array>): Promise<void>;
  /** Removes a checkpoint, if it is there. */
  remove(id: number): Promise<void>;
  /**
   * Makes an empty file beside the checkpoints. Names are letters, digits and hyphens, 64 at the most.
   *
   * @throws MillraceError `ERR_CHECKPOINT` when there is one of that name.
   */
  createFile(name: string): Promise<KeptFile>;
  /** Removes a file, if it is there. It may be open: whoever has it may read on, or fail. */
  removeFile(name: string): Promise<void>;
  /** Gives the lock back, behind what is being done. Closing twice is allowed. */
  close(): Promise<void>;
}

/** Where checkpoints are kept. A frozen description: state is born in `open`. */
export interface CheckpointStore {
  /** Kind and place, for messages: `directory ./state`. */
  readonly label: string;
  /**
   * Takes the lock of the pipeline, and gives access to its checkpoints.
   *
   * @throws MillraceError `ERR_LOCKED` when somebody else has it; the message names the owner.
   */
  open(options: OpenCheckpoints): Promise<CheckpointSession>;
  /** Access for reading, without the lock; nothing is made or changed. */
  inspect(options: CheckpointsOf): Promise<CheckpointView>;
  /** The names of the pipelines that have checkpoints here, sorted; nothing is made or changed. */
  pipelines(): Promise<readonly string[]>;
}

/** How far the run was: under way, stopped on purpose, or at the end of all input. */
export type CheckpointExtent = 'running' | 'stopped' | 'finished';

/** What stands in front of the states of a checkpoint. */
export interface CheckpointHead {
  readonly id: number;
  /** When it was taken, in milliseconds since the epoch. */
  readonly time: number;
  /** Name of the pipeline. */
  readonly pipeline: string;
  readonly complete: CheckpointExtent;
  /** Plain data about the run as a whole: the fingerprint of the graph, the balance, and so on. */
  readonly manifest: unknown;
}

/** What a checkpoint file is made of. */
export interface CheckpointContent extends CheckpointHead {
  /**
   * Names, each once, with the bytes of a state as `encodeSnapshot` makes them: taken from it as the file is written,
   * or gathered before.
   */
  readonly states: Iterable<readonly [name: string, chunks: Iterable<Uint8Array>]>;
}

/** The state of one node in a checkpoint: its bytes are checked, and made a value when asked. */
export interface StoredState {
  /** Bytes of the encoded state, uncompressed. */
  readonly bytes: number;
  /**
   * The state, a new copy each time.
   *
   * @throws MillraceError `ERR_CHECKPOINT` when the bytes are none that millrace wrote.
   */
  value(): unknown;
}

/** A checkpoint that was read and found whole. */
export interface Checkpoint extends CheckpointHead {
  /** The version of millrace that wrote it. */
  readonly millrace: string;
  /** The version of its format. */
  readonly format: number;
  readonly states: ReadonlyMap<string, StoredState>;
}
