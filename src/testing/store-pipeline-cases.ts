import assert from 'node:assert/strict';
import type { CheckpointSession, CheckpointStore } from '../interfaces/checkpoint.ts';
import { idsOf, opened, text, textOf } from './opened-store.ts';

/** Names of pipelines that a place may take for one another, or for something else. */
const NAMES = ['a', 'A', 'a/b', '..', 'ä', 'Ä', 'a b', 'a%20b', '漢字'];

export async function apart(store: CheckpointStore): Promise<void> {
  const sessions: CheckpointSession[] = [];
  for (const pipeline of NAMES) sessions.push(await store.open({ pipeline }));
  for (const [index, session] of sessions.entries()) await session.write(index + 1, text(NAMES[index]!));
  for (const [index, session] of sessions.entries()) {
    assert.deepEqual(await idsOf(session), [index + 1]);
    assert.equal(await textOf(session, index + 1), NAMES[index]);
    await session.close();
  }
}

export async function names(
  store: CheckpointStore,
  again: (store: CheckpointStore) => CheckpointStore | Promise<CheckpointStore>,
): Promise<void> {
  assert.deepEqual(await store.pipelines(), []);
  for (const pipeline of NAMES) {
    const session = await store.open({ pipeline });
    await session.write(1, text(pipeline));
    await session.close();
  }
  const later = await again(store);
  await opened(later, async () => assert.deepEqual(await later.pipelines(), [...NAMES].sort()));
  const session = await later.open({ pipeline: 'a/b' });
  await session.remove(1);
  await session.close();
  assert.deepEqual(await later.pipelines(), NAMES.filter((name) => name !== 'a/b').sort());
}
