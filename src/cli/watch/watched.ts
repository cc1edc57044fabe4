/** The variable that tells a process that another watches the files it is made of. */
export const WATCHED = 'MILLRACE_WATCHED';

/** What such a process says: the path of a file that it is about to read. */
export interface SourceMessage {
  readonly source: string;
}
