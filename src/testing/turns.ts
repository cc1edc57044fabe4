/** Lets everything happen that is due in this turn of the event loop and the `count - 1` after it. */
export async function turns(count = 1): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
