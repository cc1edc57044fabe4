import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** With what the names of temporary folders begin. */
const PREFIX = 'millrace-spill-';
const OWNED = /^millrace-spill-([0-9a-f]{16})-(\d+)-(\d+)-\w+$/;

/** Who made a folder, so that others can tell whether it is still there. */
export interface FolderOwner {
  /** Where its number means something: the boot of a kernel, and a namespace of processes there. */
  readonly realm: string;
  readonly pid: string;
  /** When it began, in ticks since the boot: numbers are used again. */
  readonly started: string;
}

let known: { readonly owner: FolderOwner | undefined } | undefined;

/** This process; `undefined` where the system does not say enough to tell it from all others. */
export function thisOwner(): FolderOwner | undefined {
  known ??= { owner: process.platform === 'linux' ? readOwner() : undefined };
  return known.owner;
}

function readOwner(): FolderOwner | undefined {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const pid = String(process.pid);
    const started = startOf(stat);
    // Where /proc is of another namespace, its numbers are not those that this process goes by.
    if (started === undefined || !stat.startsWith(`${pid} `)) return undefined;
    const parts = [
      readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(),
      readlinkSync('/proc/self/ns/pid'),
      hostname(),
    ];
    const realm = createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
    return { realm, pid, started };
  } catch {
    return undefined;
  }
}

/** With what the name of a folder of `owner` begins. */
export function folderPrefix(owner: FolderOwner | undefined = thisOwner()): string {
  return owner === undefined ? PREFIX : `${PREFIX}${owner.realm}-${owner.pid}-${owner.started}-`;
}

/** When a process began, by its line in /proc; `undefined` for one that has ended and waits to be noticed. */
export function startOf(stat: string): string | undefined {
  // The name of a program, in parentheses, may have blanks and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  return state === 'Z' || state === 'X' ? undefined : fields[19];
}

/**
 * Removes what processes have left in `parent` that were killed. Only folders whose maker this process would see if it
 * were still there: of its own user, its own boot and its own namespace. Never fails: what is left is no worse than before.
 */
export async function sweepDead(
  parent: string,
  self: FolderOwner | undefined = thisOwner(),
  user: number | undefined = process.getuid?.(),
): Promise<void> {
  if (self === undefined) return;
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const [, realm, pid, started] = OWNED.exec(name) ?? [];
    if (realm !== self.realm || pid === undefined || (await isAlive(pid, started))) continue;
    await removeOwn(join(parent, name), user).catch(() => {});
  }
}

async function isAlive(pid: string, started: string | undefined): Promise<boolean> {
  try {
    return startOf(await readFile(`/proc/${pid}/stat`, 'latin1')) === started;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code !== 'ENOENT' && code !== 'ESRCH';
  }
}

/** Processes of other users may be hidden from this one. */
async function removeOwn(path: string, user: number | undefined): Promise<void> {
  const found = await lstat(path);
  if (found.isDirectory() && found.uid === user) await rm(path, { recursive: true, force: true });
}
