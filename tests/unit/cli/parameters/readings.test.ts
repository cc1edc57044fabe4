import { describe, expect, test } from 'vitest';
import { readings } from '../../../../src/cli/parameters/readings.ts';

describe('a text on the command line', () => {
  test.each([
    ['true', [true]],
    ['Yes', [true]],
    ['on', [true]],
    ['1', [true]],
    ['false', [false]],
    ['no', [false]],
    ['OFF', [false]],
    ['0', [false]],
    ['maybe', []],
    ['', []],
  ])('%j means %j to a boolean, never what a coercing schema would make of it', (text, expected) => {
    expect(readings(text, 'boolean')).toEqual(expected);
  });

  test.each([
    ['12', [12]],
    ['-1.5e3', [-1500]],
    ['0x10', [16]],
    ['', ['']],
    [' ', [' ']],
    ['12 apples', ['12 apples']],
  ])('%j means %j to a number, and a blank is not 0', (text, expected) => {
    expect(readings(text, 'number')).toEqual(expected);
  });

  test('is itself first to everything else, so that leading zeros stay', () => {
    expect(readings('007', 'string')[0]).toBe('007');
    expect(readings('5', 'string | number')).toEqual(expect.arrayContaining(['5', 5, 5n]));
    expect(readings('["a"]', 'array of string')).toContainEqual(['a']);
    expect(readings('2026-01-02', 'date')).toContainEqual(new Date('2026-01-02'));
  });
});
