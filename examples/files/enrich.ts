interface Order {
  readonly id: number;
}

/** The order with the country of its customer, as the service of customers knows it. */
export async function lookup<O extends Order>(order: O): Promise<O & { readonly country: string }> {
  const response = await fetch(`https://customers.example/orders/${order.id}`);
  if (!response.ok) throw new Error(`the service of customers says ${response.status}`);
  const { country } = (await response.json()) as { country: string };
  return { ...order, country };
}
