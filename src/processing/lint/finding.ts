/** How much a finding matters: an `error` will happen, a `warning` may, a `note` is good to know. */
export type Severity = 'error' | 'warning' | 'note';

/** What is sound, and yet most likely not what is meant. */
export interface Finding {
  /** Which rule found it; it can be silenced by this name. */
  readonly rule: string;
  readonly severity: Severity;
  /** The node that it is about, where it is about one. */
  readonly node?: string;
  /** Where that is written, where it is known. */
  readonly site?: string;
  readonly message: string;
  readonly hint: string;
}
