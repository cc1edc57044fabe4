import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  csv,
  type DeadLetter,
  deadLetter,
  discard,
  isMillraceError,
  map,
  ndjson,
  parquet,
  pipeline,
  run,
  toArray,
  zip,
} from '../../src/index.ts';
import { absent, dataFiles, PACKED, unpackedData } from './public-data.ts';

/** What becomes of a messy file: its rows, and where its first byte is that is not UTF-8. */
type Expected = readonly [file: string, rows: number, notUtf8At: number | undefined];

/** Judged by hand against the manifest: each row of Python but the header, and but the empty line of the ragged file. */
const MESSY: readonly Expected[] = [
  ['ahca-polls__ahca_polls.csv', 15, 2429],
  ['bachelorette__bachelorette.csv', 921, undefined],
  ['cabinet-turnover__cabinet-turnover.csv', 379, undefined],
  ['election-deniers__fivethirtyeight_election_deniers.csv', 552, undefined],
  ['hip-hop-candidate-lyrics__genius_hip_hop_lyrics.csv', 377, 2127],
  ['mad-men__show-data.csv', 248, 3032],
  ['next-bechdel__nextBechdel_crewGender.csv', 10_029, 7904],
  ['partisan-lean__2018__fivethirtyeight_partisan_lean_STATES.csv', 50, undefined],
  ['partisan-lean__2020__fivethirtyeight_partisan_lean_STATES.csv', 50, undefined],
  ['partisan-lean__2021__fivethirtyeight_partisan_lean_STATES.csv', 51, undefined],
  ['poll-of-pollsters__poll-of-pollsters-2.tsv', 25, undefined],
  ['poll-of-pollsters__poll-of-pollsters-4.tsv', 18, 7071],
  ['poll-of-pollsters__poll-of-pollsters-7.tsv', 34, 581],
  ['poll-of-pollsters__poll-of-pollsters-anonymous-answers-3.tsv', 17, 1669],
  ['poll-of-pollsters__poll-of-pollsters-anonymous-answers-6-iowa.tsv', 5, undefined],
  ['poll-of-pollsters__poll-of-pollsters-anonymous-answers.tsv', 26, undefined],
  ['pollster-ratings__2019__pollster-ratings.csv', 430, undefined],
  ['potential-candidates__2015_01_30__events.csv', 74, 2189],
  ['rare-pepes__pepecash_prices.csv', 491, undefined],
  ['riddler-castles__castle-solutions-2.csv', 902, undefined],
  ['riddler-castles__castle-solutions.csv', 1349, undefined],
  ['sleeping-alone-data__sleeping-alone-data.csv', 1094, 937],
  ['state-of-the-polls-2024__2024_polls.csv', 1700, undefined],
  ['trump-twitter__realDonaldTrump_poll_tweets.csv', 448, undefined],
  ['twitter-ratio__realDonaldTrump.csv', 3232, 3277],
];

/** Parquet files that the library cannot read, and why. */
const REFUSED: Readonly<Record<string, string>> = {
  'bad_data/ARROW-GH-41317.parquet': 'ERR_PARQUET',
  'bad_data/ARROW-GH-41321.parquet': 'ERR_PARQUET',
  'bad_data/ARROW-GH-45185.parquet': 'ERR_PARQUET',
  'bad_data/ARROW-GH-47662.parquet': 'ERR_PARQUET',
  'bad_data/ARROW-RS-GH-6229-DICTHEADER.parquet': 'ERR_PARQUET',
  'bad_data/ARROW-RS-GH-6229-LEVELS.parquet': 'ERR_PARQUET',
  'bad_data/PARQUET-1481.parquet': 'ERR_PARQUET',
  // Two thousand million bytes in one row group, which is what the limit is for.
  'data/large_string_map.brotli.parquet': 'ERR_LIMIT',
  'data/nation.dict-malformed.parquet': 'ERR_PARQUET',
};

describe.skipIf(absent)(`messy files (skipped where ${PACKED} is absent)`, () => {
  const data = unpackedData();

  test.each(MESSY)('%s has %i rows, and the balance closes', async (file, rows, notUtf8At) => {
    const path = join(data, `messy538/data__${file}`);
    const delimiter = file.endsWith('.tsv') ? '\t' : ',';
    const letters = toArray<DeadLetter>();
    const read = (encoding?: string) => {
      const flow = csv.read(path, {
        delimiter,
        duplicates: 'rename',
        encoding,
        onError: deadLetter(letters),
      });
      return run(pipeline(file, flow.to(discard())));
    };
    if (notUtf8At !== undefined) {
      await expect(read()).rejects.toMatchObject({
        code: 'ERR_ENCODING',
        message: expect.stringContaining(`byte ${notUtf8At} (0x`),
      });
    }
    const { balance } = await read(notUtf8At === undefined ? undefined : 'windows-1252');
    expect(balance).toMatchObject({ read: rows, written: rows, closed: true });
    expect(letters.records).toEqual([]);
  });

  test('none of them is left out', () => {
    const there = dataFiles(data, 'messy538/*.{csv,tsv}');
    expect(there).toEqual(MESSY.map(([file]) => `messy538/data__${file}`).sort());
  });

  test('the twelve pairs of csv-spectrum are what their JSON says, but for the phone number that is wrong there', async () => {
    const pairs = dataFiles(data, 'csv-spectrum/csvs/*.csv');
    expect(pairs).toHaveLength(12);
    for (const file of pairs) {
      const rows = toArray<Record<string, string>>();
      await run(pipeline(file, csv.read(join(data, file)).to(rows)));
      const json = join(data, file.replace('/csvs/', '/json/').replace('.csv', '.json'));
      const expected = [JSON.parse(readFileSync(json, 'utf8'))].flat() as Record<string, string>[];
      if (file.endsWith('location_coordinates.csv')) {
        for (const row of expected) row['Contact Phone Number'] = rows.records[0]!['Contact Phone Number']!;
      }
      expect(rows.records, file).toEqual(expected);
    }
  });

  test('53,615 DNS events as tab-separated text are the events of the NDJSON file beside it', async () => {
    const log = join(data, 'zeek-dns.log');
    const fields = readFileSync(log, 'utf8')
      .split('\n')
      .find((line) => line.startsWith('#fields'))!;
    const header = fields.split('\t').slice(1);
    const rows = csv.read(log, { delimiter: '\t', quote: '', comment: '#', header });
    const events = ndjson.read<Record<string, unknown>>(join(data, 'zeek-dns.ndjson'));
    const differing = toArray<unknown>();
    const compared = zip(rows, events).pipe(
      map(
        ([row, event]) =>
          [row['uid'], row['query'], row['trans_id'], row['answers']].join().replace('(empty)', '') ===
          told(event),
      ),
    );
    const { same, other } = compared.split({ same: (equal) => equal, other: (equal) => !equal });
    const { balance } = await run(pipeline('pair', [same.to(discard()), other.to(differing)]));
    expect(differing.records).toEqual([]);
    expect(balance).toMatchObject({ written: 53_615, closed: true });
  });

  test('all Parquet files give their rows or a clear error, and those that must be refused are', async () => {
    const files = dataFiles(data, 'parquet-testing/{bad_data,data,data/geospatial}/*.parquet');
    expect(files.length).toBeGreaterThan(65);
    const refused: Record<string, unknown> = {};
    for (const file of files) {
      try {
        const { balance } = await run(pipeline('rows', parquet.read(join(data, file)).to(discard())));
        expect(balance, file).toMatchObject({ closed: true, written: balance.read });
      } catch (error) {
        if (!isMillraceError(error)) throw error;
        refused[file.replace('parquet-testing/', '')] = error.code;
      }
    }
    expect(refused).toEqual(REFUSED);
  }, 60_000);
});

/** What a row of the log has to say for an event: `-` for nothing, lists with commas; `(empty)` is an empty text. */
function told({ uid, query, trans_id, answers }: Record<string, unknown>): string {
  return [uid, query ?? '-', trans_id ?? '-', answers ?? '-'].join();
}
