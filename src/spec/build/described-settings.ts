import type { SettingsDescription } from '../../processing/graph/describe.ts';
import type { BuildContext } from '../build-context.ts';
import type { FileModel } from '../file-model.ts';
import { entryOf, plainData } from '../source/located.ts';
import { writtenOf } from './note.ts';

type Data = Readonly<Record<string, unknown>>;

/** What stands between the name of a user and `@` in a URL. */
const PASSWORD = /^([a-z][a-z0-9+.-]*:\/\/[^/@:]*):[^/]*@/i;

/** The same somewhere in a text, where the password is not filled in. */
const LITERAL = /:\/\/[^/@:]*:(?!\$\{)[^/]*@/;

/**
 * The settings of a file as descriptions tell them; `undefined` where it has none.
 *
 * @param data Those that have a schema, as plain data.
 */
export function describedSettings(
  { root }: FileModel,
  data: Data,
  context: BuildContext,
): SettingsDescription | undefined {
  // Policies are told by the nodes that they hold for.
  const { onError: _, checkpoint: given, ...plain } = data;
  const checkpoint = given === undefined ? undefined : withoutPassword(given as Data, root);
  const description = entryOf(root, 'description')?.value;
  const lint = entryOf(root, 'lint')?.value;
  const settings = {
    ...(description?.kind === 'scalar' &&
      typeof description.value === 'string' && { description: description.value }),
    ...plain,
    ...(checkpoint !== undefined && { checkpoint }),
    ...(lint?.kind === 'map' && { lint: plainData(lint) as Data }),
  };
  if (Object.keys(settings).length === 0) return undefined;
  // What is still a reference to a parameter is one to something secret.
  const { params = {} } = writtenOf('', [plain, checkpoint], context);
  const secret = Object.keys(params).map((name) => [name, { secret: true }]);
  return { ...settings, ...(secret.length > 0 && { params: Object.fromEntries(secret) }) };
}

/** A URL with a password is told as the reference that it is written as, else without the password. */
function withoutPassword(checkpoint: Data, root: FileModel['root']): Data {
  const { store } = checkpoint;
  if (typeof store !== 'string' || !PASSWORD.test(store)) return checkpoint;
  const written = entryOf(entryOf(root, 'checkpoint')?.value, 'store')?.value;
  const text = written?.kind === 'scalar' ? String(written.value) : '';
  const refers = text.replaceAll('$${', '').includes('${') && !LITERAL.test(text);
  return { ...checkpoint, store: refers ? text : store.replace(PASSWORD, '$1:***@') };
}
