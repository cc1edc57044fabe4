import { COMMON_OPTIONS, type Command } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';
import { commandHelp } from '../../help-text.ts';
import { list } from './list.ts';
import { prune } from './prune.ts';
import { reset } from './reset.ts';
import { show } from './show.ts';
import { verify } from './verify.ts';

/** `millrace checkpoints`: looks at the checkpoints that runs have made, and removes them. */
export const checkpoints: Command = Object.freeze({
  name: 'checkpoints',
  summary: 'List, show, verify or remove the checkpoints of a folder or a database',
  options: COMMON_OPTIONS,
  commands: [list, show, verify, prune, reset],
  notes: [
    'A store is what was given to "millrace run --checkpoints": a folder, a database of SQLite (sqlite:FILE, or a name like state.db), or one of PostgreSQL (postgres://user@host/database).',
    'Looking at checkpoints takes no lock, and changes nothing: it may be done while a run makes them. Removing some takes the lock, and is refused while a run has it.',
    'Exit codes: 0 done; 1 failed, or a checkpoint is damaged; 2 wrong usage.',
  ],
  async run({ terminal }) {
    terminal.say(commandHelp(checkpoints).trimEnd());
    return EXIT.wrong;
  },
} satisfies Command);
