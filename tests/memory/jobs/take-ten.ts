import { csv, pipeline, run, take, toArray } from '../../../src/index.ts';
import { report } from './report.ts';

const ten = toArray();
const { balance } = await run(pipeline('take-ten', csv.read('-').pipe(take(10)).to(ten)));
report({ balance, taken: ten.records.length });
