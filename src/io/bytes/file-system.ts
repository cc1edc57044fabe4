import { link, mkdir, open, readdir, realpath, rename, rmdir, stat, unlink } from 'node:fs/promises';

/** What the file writer needs of an open file: a slice of Node's `FileHandle`. */
export interface OutputHandle {
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ readonly bytesWritten: number }>;
  read(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  truncate(length: number): Promise<void>;
  chmod(mode: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface FileStatus {
  readonly size: number;
  readonly mode: number;
  isFile(): boolean;
  isDirectory(): boolean;
  isFIFO(): boolean;
}

export interface FolderEntry {
  readonly name: string;
  isDirectory(): boolean;
}

/** What the file writer needs of the file system; tests put failing ones in its place. */
export interface FileSystem {
  open(path: string, flags: string): Promise<OutputHandle>;
  stat(path: string): Promise<FileStatus>;
  realpath(path: string): Promise<string>;
  readdir(path: string, options: { readonly withFileTypes: true }): Promise<readonly FolderEntry[]>;
  /** Resolves to the first folder that it made, if any. */
  mkdir(path: string, options: { readonly recursive: true }): Promise<string | undefined>;
  /** Removes an empty folder. */
  rmdir(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

export const nodeFileSystem: FileSystem = Object.freeze({
  open,
  stat,
  realpath,
  readdir,
  mkdir,
  rmdir,
  rename,
  link,
  unlink,
});
