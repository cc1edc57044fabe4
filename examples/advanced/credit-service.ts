import { setTimeout } from 'node:timers/promises';

let calls = 0;

/** Stands in for a service behind a network: now and then it is slow, now and then it is down. */
export async function creditLimit(customer: string, signal: AbortSignal): Promise<number> {
  const call = calls++;
  if (call % 1000 === 999) await setTimeout(50, undefined, { signal });
  if (call % 500 === 250) throw new Error('503 Service Unavailable');
  return customer.length * 1000;
}
