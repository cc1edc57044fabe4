import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, describe, expect, test } from 'vitest';
import { from } from '../../../src/from.ts';
import { discard } from '../../../src/io/memory/discard.ts';
import { publishDiagnostics } from '../../../src/observe/diagnostics.ts';
import { pipeline } from '../../../src/processing/graph/pipeline.ts';
import { run } from '../../../src/start.ts';
import { EVENTS, scriptedRun } from './scripted-run.ts';

const CHANNEL = 'millrace:event';
const heard: { message: unknown; channel: string | symbol }[] = [];
const listener = (message: unknown, channel: string | symbol) => void heard.push({ message, channel });

afterEach(() => {
  unsubscribe(CHANNEL, listener);
  heard.length = 0;
});

describe('the diagnostics channel', () => {
  test('gets one message for each event, with the pipeline it is of', () => {
    subscribe(CHANNEL, listener);
    const { run, events } = scriptedRun();
    publishDiagnostics('orders', run);
    for (const event of EVENTS) events.next(event);
    expect(heard).toEqual(
      EVENTS.map((event) => ({ message: { pipeline: 'orders', event }, channel: CHANNEL })),
    );
  });

  test('costs nothing when nobody listens at the start: the events are not even subscribed to', () => {
    const { run, events } = scriptedRun();
    publishDiagnostics('orders', run);
    expect(events.observed).toBe(false);
    subscribe(CHANNEL, listener);
    for (const event of EVENTS) events.next(event);
    expect(heard).toEqual([]);
  });

  test('tells of real runs from start to end, and keeps runs at the same time apart', async () => {
    subscribe(CHANNEL, listener);
    const names = ['one', 'two'];
    await Promise.all(names.map((name) => run(pipeline(name, from([1]).to(discard())))));
    for (const name of names) {
      const events = heard
        .map(({ message }) => message as { pipeline: string; event: { type: string } })
        .filter((message) => message.pipeline === name);
      expect(events.map(({ event }) => event.type)).toEqual(['started', 'ended']);
    }
  });
});
