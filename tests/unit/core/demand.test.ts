import { describe, expect, test } from 'vitest';
import { DemandGate } from '../../../src/core/demand.ts';
import { turns } from '../../../src/testing/turns.ts';

/** Notes when the gate lets through. */
function waiting(gate: DemandGate, passed: string[], name: string): void {
  void gate.ready().then(() => passed.push(name));
}

describe('the demand gate', () => {
  test('is open at first, and lets through without making a promise for each', async () => {
    const gate = new DemandGate();
    expect(gate.paused).toBe(false);
    expect(gate.ready()).toBe(gate.ready());
    await gate.ready();
  });

  test('holds everybody back until it resumes, then lets all through', async () => {
    const gate = new DemandGate();
    const passed: string[] = [];
    gate.pause();
    waiting(gate, passed, 'first');
    waiting(gate, passed, 'second');
    await turns();
    expect({ paused: gate.paused, passed }).toEqual({ paused: true, passed: [] });
    gate.resume();
    await turns();
    expect({ paused: gate.paused, passed }).toEqual({ paused: false, passed: ['first', 'second'] });
  });

  test('can be paused again: who waits now is not let through by the resume before', async () => {
    const gate = new DemandGate();
    const passed: string[] = [];
    gate.pause();
    waiting(gate, passed, 'early');
    gate.resume();
    gate.pause();
    waiting(gate, passed, 'late');
    await turns();
    expect(passed).toEqual(['early']);
    gate.resume();
    await turns();
    expect(passed).toEqual(['early', 'late']);
  });

  test('takes pauses and resumes that change nothing, and forgets no one for them', async () => {
    const gate = new DemandGate();
    const passed: string[] = [];
    gate.resume();
    gate.pause();
    waiting(gate, passed, 'one');
    gate.pause();
    gate.resume();
    gate.resume();
    await turns();
    expect(passed).toEqual(['one']);
  });
});
