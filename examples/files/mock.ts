interface Order {
  readonly id: number;
}

/** Stands in for the service of customers: knows everybody but the customers of orders above 100. */
export async function lookup<O extends Order>(order: O): Promise<O & { readonly country: string }> {
  if (order.id > 100) throw new Error('the service of customers says 404');
  return { ...order, country: order.id % 2 === 0 ? 'AT' : 'BE' };
}

let calls = 0;

/** Fails each time but the third. */
export async function flaky<O extends Order>(order: O): Promise<O & { readonly country: string }> {
  calls++;
  if (calls % 3 !== 0) throw new Error('the service of customers says 503');
  return { ...order, country: 'CH' };
}
