import type { FileIdentity } from './file-identity.ts';
import type { FileResumeOptions } from './file-options.ts';
import type { FilePosition } from './file-position.ts';

/** What a file that is gone on with must be; `undefined` where it may be anything. */
export function requiredIdentity(
  { identity }: FilePosition,
  { resume }: { readonly resume: FileResumeOptions },
): FileIdentity | undefined {
  return resume.changed !== 'allow' && identity.kind === 'file' ? identity : undefined;
}
