/** What the command exits with; after a signal it is 128 and the signal's number. */
export const EXIT = Object.freeze({
  /** All is done. */
  done: 0,
  /** The run failed, or the process was about to end before it was over. */
  failed: 1,
  /** Wrong usage, a module that cannot be loaded, an invalid pipeline: nothing was run. */
  wrong: 2,
  /** A signal came, and the run did not come to a stop in the time that it had for that: it was aborted. */
  notStopped: 3,
});
