import { buffer } from 'node:stream/consumers';
import { type Header, pack } from 'tar-stream';
import { ZipFile } from 'yazl';

/** A file in an archive: its name and what is in it. */
export type Packed = readonly [name: string, content: string | Uint8Array];

export function zip(
  files: readonly Packed[],
  options: { readonly compress?: boolean } = {},
): Promise<Buffer> {
  const archive = new ZipFile();
  for (const [name, content] of files) {
    if (name.endsWith('/')) archive.addEmptyDirectory(name);
    else archive.addBuffer(Buffer.from(content), name, { compress: options.compress ?? true });
  }
  archive.end();
  return buffer(archive.outputStream);
}

export async function tar(files: readonly (Packed | Partial<Header>)[]): Promise<Buffer> {
  const archive = pack();
  for (const file of files) {
    if (Array.isArray(file)) archive.entry({ name: file[0] }, Buffer.from(file[1]));
    else archive.entry(file as Header);
  }
  archive.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of archive) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces);
}

/** A zip archive with names that no decent packer takes: they are put in afterwards. */
export async function hostileZip(files: readonly Packed[]): Promise<Buffer> {
  const places = files.map(([name], at) => `${at}`.padEnd(Buffer.byteLength(name), '#'));
  const archive = await zip(files.map(([, content], at) => [places[at]!, content]));
  for (const [at, [name]] of files.entries()) replaceAll(archive, places[at]!, name);
  return archive;
}

/** Puts bytes in the place of as many others, wherever these are. */
export function replaceAll(bytes: Buffer, from: string, to: string): void {
  for (let at = bytes.indexOf(from); at !== -1; at = bytes.indexOf(from, at + 1)) bytes.write(to, at);
}
