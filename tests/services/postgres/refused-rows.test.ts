import { MODES, REFUSED, refusedRows } from '../../unit/io/connectors/postgres/refused-rows.ts';
import { testSchema } from './schema.ts';

await refusedRows({ ...(await testSchema()), modes: MODES, refused: REFUSED });
