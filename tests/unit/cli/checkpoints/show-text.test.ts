import { expect, test } from 'vitest';
import { checkpointDocument } from '../../../../src/cli/checkpoints/checkpoint-document.ts';
import { showText } from '../../../../src/cli/checkpoints/show-text.ts';
import type { Checkpoint, StoredState } from '../../../../src/interfaces/checkpoint.ts';
import { NodeCounters } from '../../../../src/processing/runtime/counters.ts';

const counts = (some: Partial<NodeCounters>) => ({ counters: Object.assign(new NodeCounters(), some) });

const manifest = {
  graph: {
    nodes: [
      { name: 'csv', kind: 'reader', label: 'csv a.csv' },
      { name: 'late\u001B[2J', kind: 'reader', label: 'csv b.csv' },
      { name: 'checked', kind: 'operator', label: 'validate' },
    ],
    edges: [],
  },
  nodes: [
    ['csv', counts({ in: 1000, out: 990, skipped: 10, bytesIn: 50, bytesExpected: 200 })],
    ['checked', counts({ in: 990, out: 988, deadLettered: 2 })],
  ],
  edges: [],
  over: ['checked'],
  files: Array.from({ length: 7 }, (_, n) => `1-${n}`),
  runs: 3,
  started: '2026-01-01T00:00:00.000Z',
  elapsedMs: 7_260_000,
};

function checkpoint(over: Partial<Checkpoint> = {}): Checkpoint {
  const states = new Map<string, StoredState>([
    ['csv', { bytes: 20, value: () => ({ records: 1000 }) }],
    ['checked', { bytes: 2048, value: () => 1 }],
  ]);
  const time = Date.UTC(2026, 0, 2);
  return {
    id: 7,
    time,
    pipeline: 'p',
    complete: 'running',
    manifest,
    millrace: '0.1.0',
    format: 1,
    states,
    ...over,
  };
}

test('a checkpoint for people says what is rare only where there is some, and shows controls as text', () => {
  const lines = showText(checkpoint(), 12_345, 'directory state').split('\n');
  expect(lines[0]).toBe('checkpoint 7 of p in directory state');
  expect(lines[1]).toMatch(/^ {2}taken {4}2026-01-02T00:00:00\.000Z, .* ago$/);
  expect(lines.slice(2)).toEqual([
    '  run      running, in run 3, begun 2026-01-01T00:00:00.000Z, 2 h 1 min in all',
    '  file     12.3 kB, format 1, by millrace 0.1.0',
    '  read     50 B, 1,000 records read',
    '           csv: behind 1,000 records',
    '           late\\u{1b}[2J: at its beginning',
    '  beside   7 files: 1-0, 1-1, 1-2, 1-3, 1-4, …',
    '',
    'node           kind         in  out  skipped  dead-lettered   state',
    'csv            reader    1,000  990       10              0    20 B',
    'late\\u{1b}[2J  reader        -    -        -              -       -  not begun',
    'checked        operator    990  988        0              2  2.0 kB  over',
  ]);
});

test('of a run that is over, it says which states were not kept', () => {
  const text = showText(
    checkpoint({ complete: 'finished', manifest: { ...manifest, withheld: ['csv'] } }),
    1,
    's',
  );
  expect(text).toContain('not kept, as too large or nothing that can be: the state of csv');
});

test('a manifest that this millrace does not know is left as it is', () => {
  const strange = checkpoint({ manifest: { graph: 'none' } });
  expect(showText(strange, 1, 's')).toMatch(/\n {2}run {6}running\n[\s\S]*--json shows it\.$/);
  expect(checkpointDocument(strange, 1, 's')).toMatchObject({
    manifest: { graph: 'none' },
    states: ['csv', 'checked'],
  });
});
