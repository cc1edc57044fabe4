export interface OrdersBlock {
  readonly header: string;
  /** Whole rows; can be repeated any number of times. */
  readonly csv: Buffer;
  readonly rows: number;
  readonly paid: number;
  /** What one block must become. */
  readonly ndjson: Buffer;
}

const ROWS = 4099;
const STATUSES = ['paid', 'pending', 'cancelled'];
const NOTES = [
  'as agreed',
  'ring twice,\nthen wait for the neighbour',
  'she said "not before 9", and he "after 8"',
  'Grüße aus Łódź, 谢谢 🎁',
  '',
];

/** About a megabyte of orders: quotes, line breaks in quotes, text beyond ASCII. */
export function ordersBlock(): OrdersBlock {
  let csv = '';
  let ndjson = '';
  let paid = 0;
  for (let id = 1; id <= ROWS; id++) {
    const status = STATUSES[id % STATUSES.length]!;
    const note = `${NOTES[id % NOTES.length]} ${'x'.repeat(id % 211)}`;
    const total = (id % 9) * 12.5;
    csv += `${id},${id % 9},12.5,${status},"${note.replaceAll('"', '""')}"\n`;
    if (status !== 'paid') continue;
    paid++;
    ndjson += `${JSON.stringify({ id, total, note })}\n`;
  }
  return {
    header: 'id,qty,price,status,note\n',
    csv: Buffer.from(csv),
    rows: ROWS,
    paid,
    ndjson: Buffer.from(ndjson),
  };
}
