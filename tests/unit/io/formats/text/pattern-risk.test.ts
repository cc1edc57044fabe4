import { expect, test } from 'vitest';
import { patternRisk } from '../../../../../src/io/formats/text/pattern-risk.ts';

test.each([
  /(a+)+$/,
  /(a|a)*b/,
  /(\s*\w+)*x/,
  /(.|\s)*x/,
  /(?:a|b|ab)*c/,
  /(a*)*/,
  /(?:\w+\s?)*$/,
  /([a-z]+|[A-Z]+)*$/i,
  /(x+){20}/,
  /(x+x+)+y/,
  /(?:a?b?)*c/,
  /(?:a|(?:b|a))+$/,
  /(?:\p{L}+)+$/u,
  /(?:(?!x)a|\w)*$/,
  /(?:(?<=x)\s*\w+)*$/,
  /(?:.?x)*y/,
  /(?<name>(?:\d+,?)+)$/,
  /^(?:[^"]|"")*"|(?:\\?.)*$/,
])('a pattern that goes through the same text in exponentially many ways is named: %s', (pattern) => {
  expect(patternRisk(pattern)).toMatch(/^a repetition holds/);
});

test.each([
  /^/,
  /(?:\d+\.)+/,
  /(?:[^"\\]|\\.)*"/,
  /^(?<host>\S+) \S+ \S+ \[(?<time>[^\]]+)\] "(?<request>[^"]*)" (?<status>\d{3}) (?<bytes>\d+|-)$/,
  /(?:foo|bar)+/,
  /(?:[^,]*,)*[^,]*/,
  /^\d{4}-\d\d-\d\d/,
  /(?<y>\d{4})-(?<m>\d\d) (?<level>INFO|WARN|ERROR) +(?<message>.*)/s,
  /^(?<first>.*)\n(?<rest>[\s\S]*)$/,
  /(?:a+){2}/,
  /(?<!x)y(?=z)/,
  /\p{L}+\s+\p{N}+/u,
])('a pattern that is safe is let through: %s', (pattern) => {
  expect(patternRisk(pattern)).toBeUndefined();
});
