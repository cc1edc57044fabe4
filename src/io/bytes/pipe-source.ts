import { closeSync, constants, open } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import type { ByteSource } from './byte-source.ts';
import { ioError } from './io-error.ts';
import { StreamSource } from './stream-source.ts';

/** Without waiting for a writer, which would take a thread of Node's until one comes. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * The bytes of a named pipe, also of one that a shell made for `<(command)`. It is read by the event
 * loop, as neither an opening nor a read that waits for a writer could be taken back.
 */
export async function openPipe(path: string): Promise<ByteSource> {
  const fd = await promisify(open)(path, FLAGS).catch((cause: unknown) => {
    throw ioError('open', path, cause);
  });
  const socket = socketOf(fd, path);
  const source = new StreamSource(socket, path);
  return {
    read: () => source.read(),
    async close() {
      await source.close();
      if (socket.closed) return;
      await new Promise((resolve) => {
        socket.once('close', resolve);
        socket.destroy();
      });
    },
  };
}

function socketOf(fd: number, path: string): Socket {
  try {
    return new Socket({ fd, readable: true, writable: false });
  } catch (cause) {
    closeSync(fd);
    throw ioError('read', path, cause);
  }
}
