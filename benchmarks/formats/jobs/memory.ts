const [reader = '', path = ''] = process.argv.slice(2);
if (reader !== 'empty') {
  const { csv, discard, json, ndjson, pipeline, run, text } = await import('../../../src/index.ts');
  const flows = {
    csv: () => csv.read(path),
    'csv.gz': () => csv.read(path),
    ndjson: () => ndjson.read(path),
    json: () => json.read(path),
    text: () => text.read(path),
  };
  await run(pipeline('read', flows[reader as 'csv']().to(discard())));
}
console.log(JSON.stringify({ rssMb: process.resourceUsage().maxRSS / 1024 }));
