/** What is worked out for each shop. */
export interface Total {
  readonly key: string;
  n: number;
  total: number;
  largest: number;
}

/** Takes the totals of all ways, and knows afterwards whether all is in them. */
export class TotalsSink {
  #results = 0;
  #records = 0;
  #amount = 0;

  readonly take = ({ n, total }: Pick<Total, 'n' | 'total'>): void => {
    this.#results++;
    this.#records += n;
    this.#amount += total;
  };

  /** Throws unless so many records with such an amount came in at least `results` totals. */
  check(results: number, records: number, amount: number): void {
    if (
      this.#results < results ||
      this.#records !== records ||
      Math.abs(this.#amount - amount) > amount * 1e-9
    ) {
      throw new Error(
        `the sink got ${this.#records} records in ${this.#results} results, ${this.#amount} in all`,
      );
    }
  }
}

/** The totals by hand: a loop over a `Map`. */
export function totalsByHand(
  sales: Iterable<{ readonly shop: string; readonly amount: number }>,
  sink: (total: Total) => void,
): void {
  const totals = new Map<string, Total>();
  for (const { shop, amount } of sales) {
    const found = totals.get(shop);
    if (found === undefined) totals.set(shop, { key: shop, n: 1, total: amount, largest: amount });
    else {
      found.n++;
      found.total += amount;
      if (amount > found.largest) found.largest = amount;
    }
  }
  for (const total of totals.values()) sink(total);
}
