/** Rows that come in blocks, each made anew when it is asked for. */
export const BLOCKS = 20_000;
export const BLOCK_ROWS = 500;
export const HEADER = 'id,note,amount\n';

const NOTES = [
  'plain',
  '"a, b"',
  '"two\nlines"',
  '"three\r\nlines\r\n"',
  '"says ""hü"""',
  '',
  '""',
  'Łódź 🎁',
  '"""\n"""',
  "it's",
];

/** A block of whole rows, of which none is like another. */
export function rowsOfBlock(block: number): string {
  let text = '';
  for (let row = 0; row < BLOCK_ROWS; row++) {
    const id = block * BLOCK_ROWS + row;
    text += `${id},${NOTES[(id * 7 + block) % NOTES.length]},${id % 1009}.${id % 97}\n`;
  }
  return text;
}
