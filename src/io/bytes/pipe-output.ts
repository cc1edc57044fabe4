import { closeSync, constants, open } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import type { WriteContext } from '../../interfaces/writer.ts';
import type { ByteOutput } from './byte-output.ts';
import { errnoOf, ioError } from './io-error.ts';
import { StreamOutput } from './stream-output.ts';

const FLAGS = constants.O_WRONLY | constants.O_NONBLOCK;

/** How often it is looked whether somebody reads the pipe by now, in milliseconds. */
const LOOK_MS = 50;

/**
 * Opens a named pipe for writing, as soon as somebody reads it. It is written by the event loop, as
 * neither an opening nor a write that waits for the reader could be taken back: when the run is over,
 * both end at once.
 *
 * @throws MillraceError `ERR_PERMISSION`, `ERR_IO`; what the run was aborted with.
 */
export async function openPipeOutput(path: string, context: WriteContext): Promise<ByteOutput> {
  const { signal } = context;
  const socket = socketOf(await openWhenRead(path, context), path);
  const destroy = (): void => void socket.destroy();
  if (signal.aborted) destroy();
  signal.addEventListener('abort', destroy, { once: true });
  const output = new StreamOutput(socket, path, (bytes) => context.wrote(bytes));
  const close = async (): Promise<void> => {
    signal.removeEventListener('abort', destroy);
    if (socket.closed) return;
    await new Promise((resolve) => {
      socket.once('close', resolve);
      destroy();
    });
  };
  return {
    settle: () => output.settle(),
    append: (bytes) => output.append(bytes),
    publish: () => output.publish().finally(close),
    abandon: () => output.abandon().finally(close),
  };
}

/** A pipe that nobody reads refuses (`ENXIO`) to be opened without waiting. */
async function openWhenRead(path: string, { signal, clock }: WriteContext): Promise<number> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await promisify(open)(path, FLAGS);
    } catch (cause) {
      if (errnoOf(cause) !== 'ENXIO') throw ioError('write', path, cause);
    }
    await new Promise<void>((resolve) => {
      clock.schedule(resolve, LOOK_MS);
    });
  }
}

function socketOf(fd: number, path: string): Socket {
  try {
    return new Socket({ fd, readable: false, writable: true });
  } catch (cause) {
    closeSync(fd);
    throw ioError('write', path, cause);
  }
}
