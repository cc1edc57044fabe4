import { forEach, ndjson, pipeline, run, select } from '../../../src/index.ts';
import { eachLine, runReading } from './reading.ts';

const THREE = ['id', 'country', 'price'] as const;

await runReading(
  {
    loop: (path, take) => eachLine(path, (line) => take(JSON.parse(line))),
    millrace: (path, take) => run(pipeline('read', ndjson.read(path).to(forEach(take)))).then(nothing),
    'millrace, columns': (path, take) =>
      run(pipeline('read', ndjson.read(path, { columns: THREE }).to(forEach(take)))).then(nothing),
    'millrace, select': (path, take) =>
      run(
        pipeline(
          'read',
          ndjson
            .read<any>(path)
            .pipe(select(...THREE))
            .to(forEach(take)),
        ),
      ).then(nothing),
  },
  (record) => record.id ?? record.EventID ?? 0,
);

function nothing(): void {}
