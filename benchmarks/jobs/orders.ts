/** A row as text, the way all parsers give it. */
export interface Order {
  readonly id: string;
  readonly ts: string;
  readonly customer: string;
  readonly email: string;
  readonly country: string;
  readonly product: string;
  readonly qty: string;
  readonly price: string;
  readonly status: string;
  readonly comment: string;
}

export interface Bill {
  readonly id: number;
  readonly ts: string;
  readonly customer: string;
  readonly country: string;
  readonly total: number;
  readonly comment: string;
}

/** Whether the row is in order, and paid. */
export function isPaid({ id, qty, price, status }: Order): boolean {
  return status === 'paid' && id !== '' && Number(qty) > 0 && Number(price) >= 0;
}

export function bill({ id, ts, customer, country, qty, price, comment }: Order): Bill {
  const total = Math.round(Number(qty) * Number(price) * 100) / 100;
  return { id: Number(id), ts, customer, country, total, comment };
}

/** Whether papaparse found as many fields as there are columns; it makes objects of other rows, too. */
export function isWhole(order: Order): boolean {
  return order.comment !== undefined && !('__parsed_extra' in order);
}
