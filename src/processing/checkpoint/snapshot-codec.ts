import { isMillraceError, MillraceError } from '../../core/errors.ts';
import { damagedSnapshot } from './snapshot-error.ts';
import { SNAPSHOT_FORMAT } from './snapshot-format.ts';
import { SnapshotReader } from './snapshot-reader.ts';
import { SnapshotWriter } from './snapshot-writer.ts';

/**
 * Plain data as bytes that any process can read, whatever wrote them: text of any kind, numbers with `NaN`, `-0` and the
 * infinities, big integers, dates, plain objects, arrays, Map, Set, Buffer, typed arrays, DataView and ArrayBuffer, up to
 * 200 deep. Holes of an array come back as `undefined`; symbols as keys and what an object does not enumerate are left
 * out; what is held twice comes back as two.
 *
 * The value is written in chunks of about 128 KiB when they are asked for, so that the event loop can turn in between. It
 * must stay as it is until the last chunk. `name` is what the value is called in errors.
 *
 * @throws MillraceError `ERR_SNAPSHOT` for functions, symbols, objects of classes and circles, naming the path.
 */
export function encodeSnapshot(value: unknown, name = 'state'): Generator<Uint8Array, void, undefined> {
  return new SnapshotWriter(name).chunks(value);
}

/**
 * The value that {@link encodeSnapshot} has made bytes of. Safe for any bytes: it runs no code of theirs, and takes no
 * more memory than a value of that many bytes can. `name` is what it is called in errors.
 *
 * @throws MillraceError `ERR_CHECKPOINT` for bytes that are no snapshot, `ERR_CHECKPOINT_VERSION` for a newer one.
 */
export function decodeSnapshot(bytes: Uint8Array, name = 'state'): unknown {
  const own = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = own[0];
  if (format === undefined) throw damagedSnapshot(name, 'it is empty');
  if (format > SNAPSHOT_FORMAT) {
    throw new MillraceError(
      'ERR_CHECKPOINT_VERSION',
      `Cannot read ${name} from a checkpoint: its format is ${format}, newer than ${SNAPSHOT_FORMAT}`,
      { hint: 'Go on with the version of millrace that wrote it, or a later one.', details: { format } },
    );
  }
  if (format < SNAPSHOT_FORMAT) throw damagedSnapshot(name, `there is no format ${format}`);
  try {
    return new SnapshotReader(own, 1, name).read();
  } catch (error) {
    if (isMillraceError(error)) throw error;
    throw damagedSnapshot(name, 'it makes no value', error);
  }
}
