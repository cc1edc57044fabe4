import { rmSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

/** One statement of DuckDB on one thread, without the start of the process: `duckdb-sql.ts <file that it writes, or -> <sql>`. */
const [output = '-', sql = ''] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();
const start = performance.now();
await connection.runAndReadAll(sql);
const wallMs = performance.now() - start;
if (output !== '-') rmSync(output, { force: true });
console.log(JSON.stringify({ wallMs }));
