import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * Runs a command as a whole process, from its start to its end: `command.ts <file that it writes, or -> <program> <arguments>`.
 * The program `millrace` is the one of this repository. Prints wall time, and time to the first byte.
 */
const [output = '-', program = '', ...args] = process.argv.slice(2);
const [file, given] =
  program === 'millrace'
    ? [process.execPath, [resolve(import.meta.dirname, '../../bin/millrace.js'), ...args]]
    : [program, args];

const start = performance.now();
let firstMs = 0;
const child = spawn(file, given, { stdio: ['ignore', 'pipe', 'inherit'] });
child.stdout.on('data', () => {
  firstMs ||= performance.now() - start;
});
child.on('error', (error) => {
  throw error;
});
child.on('close', (code) => {
  const wallMs = performance.now() - start;
  if (output !== '-') rmSync(output, { force: true });
  if (code !== 0) process.exitCode = 1;
  console.log(JSON.stringify({ wallMs, firstMs: firstMs || wallMs }));
});
