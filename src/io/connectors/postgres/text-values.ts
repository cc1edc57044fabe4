import { BIG_INTEGERS, type BigIntegers } from '../../formats/columnar/big-integers.ts';
import { parseArray } from './array-text.ts';
import { parseDate } from './date-text.ts';

/** What values of the database become. */
export interface PostgresValueOptions extends BigIntegers {
  /**
   * What `numeric` becomes: `string`, with all its digits; or `number`, which has some fifteen of them.
   * @default 'string'
   */
  readonly numerics?: 'string' | 'number' | undefined;
}

/** Makes a value of the text that the server sent; throws where it cannot. */
export type FromText = (text: string) => unknown;

type ValueSettings = { readonly [K in keyof PostgresValueOptions]-?: NonNullable<PostgresValueOptions[K]> };

/** The numbers of types that are more than texts; those of others, and of arrays of them, are in the catalogue. */
const OIDS = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
  numeric: 1700,
  jsonb: 3802,
} as const;

/** Arrays of these, and of texts, which need no look into the catalogue. */
const ARRAYS: Readonly<Record<number, number>> = {
  1000: OIDS.bool,
  1001: OIDS.bytea,
  1016: OIDS.int8,
  1005: OIDS.int2,
  1007: OIDS.int4,
  1028: OIDS.oid,
  199: OIDS.json,
  1021: OIDS.float4,
  1022: OIDS.float8,
  1182: OIDS.date,
  1115: OIDS.timestamp,
  1185: OIDS.timestamptz,
  1231: OIDS.numeric,
  3807: OIDS.jsonb,
  1009: 25,
  1015: 1043,
  1014: 1042,
  1002: 18,
  2951: 2950,
};

/** All types below are part of every server, and are looked up nowhere. */
const FIRST_OWN_OID = 16384;

/** Which of the types may be arrays that only the catalogue knows. */
export function unknownTypes(oids: readonly number[]): readonly number[] {
  return [...new Set(oids)].filter((oid) => oid >= FIRST_OWN_OID);
}

/** What the catalogue says of arrays: the types of their elements, by their own. */
export type ElementTypes = ReadonlyMap<number, number>;

/** How values of a type are made; `undefined` where they stay texts. */
export function fromText(oid: number, settings: ValueSettings, elements: ElementTypes): FromText | undefined {
  const element = ARRAYS[oid] ?? elements.get(oid);
  if (element === undefined) return single(oid, settings);
  const convert = single(element, settings) ?? asIs;
  return (text) => parseArray(text, convert);
}

function single(oid: number, { bigints, numerics }: ValueSettings): FromText | undefined {
  switch (oid) {
    case OIDS.int2:
    case OIDS.int4:
    case OIDS.oid:
    case OIDS.float4:
    case OIDS.float8:
      return Number;
    case OIDS.int8:
      return bigints === 'string' ? undefined : (text) => BIG_INTEGERS[bigints](BigInt(text));
    case OIDS.numeric:
      return numerics === 'string' ? undefined : Number;
    case OIDS.bool:
      return (text) => text === 't';
    case OIDS.date:
    case OIDS.timestamp:
    case OIDS.timestamptz:
      return parseDate;
    case OIDS.json:
    case OIDS.jsonb:
      return JSON.parse;
    case OIDS.bytea:
      return bytes;
    default:
      return undefined;
  }
}

/** `\x` and two digits a byte: the session has asked for that. */
function bytes(text: string): Uint8Array {
  const decoded = Buffer.from(text.slice(2), 'hex');
  return new Uint8Array(decoded.buffer, decoded.byteOffset, decoded.length);
}

function asIs(text: string): string {
  return text;
}
