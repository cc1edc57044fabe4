import { describe, expect, test } from 'vitest';
import { cutText, textWidth } from '../../../../src/cli/terminal/text-width.ts';

describe('textWidth', () => {
  test.each([
    ['abc', 3],
    ['täglich', 7],
    ['ta\u0308glich', 7],
    ['漢字', 4],
    ['한국어', 6],
    ['カナ', 4],
    ['🚀', 2],
    ['', 0],
  ])('of %j is %i', (text, wanted) => {
    expect(textWidth(text)).toBe(wanted);
  });
});

describe('cutText', () => {
  test.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['漢字漢字', 8, '漢字漢字'],
    ['漢字漢字', 7, '漢字漢…'],
    ['漢字漢字', 6, '漢字…'],
    ['ab', 1, '…'],
    ['ab', 0, ''],
  ])('of %j to %i is %j', (text, most, wanted) => {
    expect(cutText(text, most)).toBe(wanted);
    expect(textWidth(cutText(text, most))).toBeLessThanOrEqual(most);
  });
});
