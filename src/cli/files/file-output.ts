import type { Registry } from '../../core/registry.ts';
import type { Writer } from '../../interfaces/writer.ts';
import type { FileFormat } from './file-format.ts';

/** The writer of a file of a format, loaded when it is needed. */
export async function openOutput(
  path: string,
  format: FileFormat,
  registry: Registry | undefined,
): Promise<Writer<unknown>> {
  switch (format) {
    case 'csv':
    case 'tsv': {
      const { csvWriter } = await import('../../io/formats/csv/csv-writer.ts');
      return csvWriter(path, format === 'tsv' ? { delimiter: '\t' } : {});
    }
    case 'ndjson': {
      const { ndjsonWriter } = await import('../../io/formats/ndjson/ndjson-writer.ts');
      return ndjsonWriter(path);
    }
    case 'json': {
      const { jsonWriter } = await import('../../io/formats/json/json-writer.ts');
      return jsonWriter(path);
    }
    case 'text': {
      const { textWriter } = await import('../../io/formats/text/text-writer.ts');
      return textWriter(path) as Writer<unknown>;
    }
    case 'parquet': {
      const { parquetWriter } = await import('../../io/formats/parquet/parquet-writer.ts');
      return parquetWriter(path);
    }
    case 'arrow': {
      const { arrowWriter } = await import('../../io/formats/arrow/arrow-writer.ts');
      return arrowWriter(path);
    }
    default:
      return registry!.get('writer', format).create({ path } as never) as Writer<unknown>;
  }
}
