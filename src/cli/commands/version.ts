import { millraceVersion } from '../../core/version.ts';
import { COMMON_OPTIONS, type Command } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { jsonLine } from '../terminal/error-text.ts';

/** `millrace version`. */
export const version: Command = Object.freeze({
  name: 'version',
  summary: 'Show the version',
  options: COMMON_OPTIONS,
  async run({ given, terminal }) {
    const version = millraceVersion();
    terminal.print(given.has('json') ? jsonLine({ version, node: process.versions.node }) : `${version}\n`);
    return EXIT.done;
  },
} satisfies Command);
