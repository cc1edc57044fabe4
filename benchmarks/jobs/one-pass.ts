/** One way to do a job; what comes out goes to a sink that all ways share. */
export type Way = () => void | Promise<void>;

let state = 1;

/** A whole number below `below`, the same ones in each run (a linear congruential generator). */
export function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

/**
 * Runs the way that the command line names once, cold as a run is, and prints what a record cost; `check` throws when
 * what reached the sink is not what had to.
 */
export async function onePass(
  records: number,
  ways: Readonly<Record<string, Way>>,
  check: (name: string) => void,
): Promise<void> {
  const [name = ''] = process.argv.slice(2);
  const way = ways[name];
  if (way === undefined) throw new Error(`no such job: ${name}`);
  const before = process.cpuUsage();
  const start = performance.now();
  await way();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const { maxRSS } = process.resourceUsage();
  check(name);
  console.log(
    JSON.stringify({
      nsPerRecord: (ms * 1e6) / records,
      cpuNsPerRecord: ((user + system) * 1000) / records,
      rssMb: maxRSS / 1024,
    }),
  );
}
