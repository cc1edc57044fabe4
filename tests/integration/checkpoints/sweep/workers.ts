/** Does tasks in their order, as many at a time as there are workers; the first that fails ends it. */
export async function work<T>(
  tasks: Iterable<T>,
  workers: number,
  task: (one: T) => Promise<void>,
): Promise<void> {
  const left = tasks[Symbol.iterator]();
  let failed = false;
  const worker = async () => {
    for (let next = left.next(); next.done !== true && !failed; next = left.next()) {
      await task(next.value).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const all = await Promise.allSettled(Array.from({ length: workers }, worker));
  const first = all.find((one) => one.status === 'rejected');
  if (first !== undefined) throw first.reason;
}
