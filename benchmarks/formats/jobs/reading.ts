import { StringDecoder } from 'node:string_decoder';
import { openChunks } from '../../jobs/chunks.ts';

/** What a way of reading hands its records to: counts them, and looks at one field of each. */
export type Take = (record: any) => void;
export type Way = (path: string, take: Take) => Promise<void>;

/**
 * Reads the file that the command line names, in the way that it names, and prints the figures: time
 * without the loading of modules, the most memory, and what shows that all ways read the same.
 */
export async function runReading(ways: Readonly<Record<string, Way>>, look: (record: any) => number) {
  const [way = '', path = ''] = process.argv.slice(2);
  let records = 0;
  let digest = 0;
  const before = process.cpuUsage();
  const start = performance.now();
  await ways[way]!(path, (record) => {
    records++;
    digest += look(record);
  });
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const rssMb = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, rssMb, records, digest }));
}

/** The text of a file, chunk by chunk, cut anywhere but within a character. */
export async function* textChunks(path: string): AsyncGenerator<string> {
  const next = await openChunks(path);
  const decoder = new StringDecoder('utf8');
  for (let chunk = await next(); chunk !== undefined; chunk = await next()) yield decoder.write(chunk);
  yield decoder.end();
}

/** The lines of a file, for loops over them. */
export async function eachLine(path: string, take: (line: string) => void): Promise<void> {
  let rest = '';
  for await (const text of textChunks(path)) {
    let from = 0;
    for (let feed = text.indexOf('\n'); feed !== -1; feed = text.indexOf('\n', from)) {
      take(from === 0 ? rest + text.slice(0, feed) : text.slice(from, feed));
      if (from === 0) rest = '';
      from = feed + 1;
    }
    rest += text.slice(from);
  }
  if (rest !== '') take(rest);
}
