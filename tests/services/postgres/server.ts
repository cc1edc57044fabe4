import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A database of a PostgreSQL server, of which tests use schemas of their own. */
    readonly postgres: string;
  }
}

/** Where a server is looked for: that of a development machine. */
const USUAL = 'postgres://postgres@127.0.0.1:5432/test';

/** Where Debian's packages put the programs of each version. */
const PACKAGED = '/usr/lib/postgresql';

/** Finds a server, or starts one for the time of the tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['MILLRACE_TEST_POSTGRES'] ?? USUAL;
  if (await answers(given)) {
    project.provide('postgres', given);
    return async () => {};
  }
  const started = await startServer();
  project.provide('postgres', started.url);
  return started.stop;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Starts a server on loopback, with a folder of its own, which goes with it. */
async function startServer(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const programs = installed();
  const folder = mkdtempSync(join(tmpdir(), 'millrace-postgres-'));
  const owner = serverUser();
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const options = { ...owner, cwd: folder, env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' } };
  const made = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'];
  execFileSync(join(programs, 'initdb'), made, { ...options, stdio: ['ignore', 'ignore', 'inherit'] });
  const port = await freePort();
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // What a loss of power would cost matters to nobody here.
    fsync: 'off',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(programs, 'postgres'), ['-D', data, ...flags], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  const kill = () => server.kill('SIGQUIT');
  process.on('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    if (server.exitCode === null && server.signalCode === null) {
      // Ends sessions that are left.
      server.kill('SIGINT');
      await once(server, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  for (let tries = 0; !(await answers(url)); tries++) {
    if (tries === 100 || server.exitCode !== null) {
      await stop();
      throw new Error(`The PostgreSQL server did not start: ${said}`);
    }
    await sleep(100);
  }
  return { url, stop };
}

/** The folder of the newest programs. */
function installed(): string {
  const versions = existsSync(PACKAGED) ? readdirSync(PACKAGED) : [];
  const found = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(PACKAGED, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')));
  if (found !== undefined) return found;
  throw new Error(
    `No PostgreSQL answers at ${USUAL}, and none is installed: apt-get install postgresql, or say where one is: MILLRACE_TEST_POSTGRES=postgres://…`,
  );
}

/** A server refuses to run as the superuser: the packages bring a user for it. */
function serverUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const number = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: number('-u'), gid: number('-g') };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
