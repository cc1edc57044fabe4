import { start } from '../../../src/start.ts';
import { job } from './job.ts';

/** Runs the job of the folder that is named, with checkpoints beside it, and says what it came to. */
const [folder = ''] = process.argv.slice(2);
const live = start(job(folder), { checkpoint: { store: `${folder}/state`, every: '15ms' } });
live.events$.subscribe((event) => {
  if (event.type === 'checkpoint' || event.type === 'resumed') process.stdout.write(`${event.type}\n`);
});
const { balance, checkpoints } = await live.done;
process.stdout.write(`${JSON.stringify({ balance, checkpoints })}\n`);
