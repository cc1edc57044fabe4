import { csv, json, ndjson, text } from '../../src/formats.ts';
import type { FileReadOptions } from '../../src/io/bytes/file-options.ts';
import { type Damaged, describeDamaged } from './damage.ts';

const UTF16 = 'one\r\ntwo ü\n\n  at three 🎁\nfour 太郎';
const ROWS = 'id,name\n1,"a ""b"", c"\n2,"two\nlines"\n3,';

/** Text in an encoding of one byte a character. */
function encoded(text: string, encoding: string): Buffer {
  const units = Uint8Array.from({ length: 256 }, (_, unit) => unit);
  const characters = [...new TextDecoder(encoding).decode(units)];
  return Buffer.from(
    Array.from(text, (character) => {
      const unit = characters.indexOf(character);
      if (unit < 0) throw new RangeError(`${encoding} has no ${character}`);
      return unit;
    }),
  );
}

function utf16be(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

function basis(fixture: Uint8Array, { invalid }: FileReadOptions): Pick<Damaged, 'fixture' | 'replaced'> {
  return { fixture, ...(invalid === 'replace' ? { replaced: true } : {}) };
}

function lines(fixture: Uint8Array, options: FileReadOptions): Damaged {
  return {
    ...basis(fixture, options),
    read: (path, chunkBytes) => text.read(path, { ...options, chunkBytes }),
  };
}

function rows(fixture: Uint8Array, options: FileReadOptions): Damaged {
  return {
    ...basis(fixture, options),
    read: (path, chunkBytes) => csv.read(path, { ...options, chunkBytes }),
  };
}

describeDamaged(
  {
    'windows-1250': rows(encoded(`${ROWS}Łódź – žluťoučký kůň\n`, 'windows-1250'), {
      encoding: 'windows-1250',
    }),
    'windows-1251': rows(encoded(`${ROWS}Привет – № 7\n`, 'windows-1251'), { encoding: 'windows-1251' }),
    'windows-1257': lines(encoded('Žąsis – ėjo\r\nį Rīgu\n\nõhtul', 'windows-1257'), {
      encoding: 'windows-1257',
    }),
    'rows in windows-1257': rows(encoded(`${ROWS}Žąsis\n`, 'windows-1257'), { encoding: 'windows-1257' }),
    'utf-16be': lines(utf16be(UTF16), { encoding: 'utf-16be' }),
    'utf-16be with a mark': lines(utf16be(`\ufeff${UTF16}`), {}),
    'rows in utf-16le': rows(Buffer.from(`\ufeff${ROWS}太郎🎁\n`, 'utf16le'), {}),
    'utf-8, replaced where invalid': lines(Buffer.from(UTF16), { invalid: 'replace' }),
    'rows in utf-8, replaced where invalid': rows(Buffer.from(`\ufeff${ROWS}太郎🎁\n`), {
      invalid: 'replace',
    }),
    'utf-16be, replaced where invalid': lines(utf16be(`\ufeff${UTF16}`), { invalid: 'replace' }),
    'windows-1257, replaced where invalid': rows(encoded(`${ROWS}Žąsis\n`, 'windows-1257'), {
      encoding: 'windows-1257',
      invalid: 'replace',
    }),
    'ndjson, replaced where invalid': {
      replaced: true,
      fixture: '{"ü":"太郎"}\n["🎁",1]\n"é"\n',
      read: (path, chunkBytes) => ndjson.read(path, { chunkBytes, invalid: 'replace' }),
    },
    'json in utf-16be': {
      fixture: utf16be('\ufeff[{"ü":"太郎"},["🎁",1],"é"]'),
      read: (path, chunkBytes) => json.read(path, { chunkBytes }),
    },
  },
  45,
);
