import { definePlugin } from 'millrace';
import { z } from 'zod';
import { journal } from './journal.ts';
import { ltsvDecoder, ltsvEncoder } from './ltsv.ts';
import { markdownWriter, writerOptions } from './markdown.ts';
import { meanOptions, movingMean } from './moving-mean.ts';
import { stationOptions, stationReader } from './station.ts';

/** All that a plugin can bring, each of it small. */
export const plugin = definePlugin({
  name: 'millrace-plugin-weather',
  millrace: '>=0.1.0 <2',
  readers: {
    station: {
      summary: 'Hourly readings of a weather station that does not exist',
      options: stationOptions,
      main: 'days',
      create: stationReader,
    },
  },
  writers: {
    markdown: {
      summary: 'Rows of a Markdown table',
      options: writerOptions,
      main: 'path',
      create: markdownWriter,
    },
  },
  operators: {
    movingMean: {
      summary: 'Adds the mean of a field over the last records',
      options: meanOptions,
      main: 'field',
      create: movingMean,
    },
  },
  formats: {
    ltsv: {
      summary: 'Lines of label:value fields between tabs',
      extensions: ['.ltsv'],
      options: z.object({
        separator: z.string().length(1).default('\t').describe('What stands between the fields'),
      }),
      decoder: (context, { separator }) => ltsvDecoder(context, separator),
      encoder: (_context, { separator }) => ltsvEncoder(separator),
      resumable: true,
    },
  },
  functions: {
    fahrenheit: {
      summary: 'Degrees Celsius in degrees Fahrenheit',
      parameters: ['number'],
      returns: 'number',
      call: (celsius) => (Number(celsius) * 9) / 5 + 32,
    },
  },
  hooks: journal((line) => process.stderr.write(`${line}\n`)),
});
