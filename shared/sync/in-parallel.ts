/** Requests of one call that are under way at once: enough to hide latency, little of any limit. */
const AT_ONCE = 4;

/**
 * Does all `work`, a few at once, and answers in the order given. After a failure nothing new is
 * begun, and it rejects only when nothing is under way any more: whoever catches it may let go of
 * what the work was guarded by.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const queue = items.entries();
  const done = new Map<number, Result>();
  const failures: unknown[] = [];
  const worker = async () => {
    for (const [index, item] of queue) {
      if (failures.length > 0) return;
      try {
        done.set(index, await work(item));
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return [...done].sort(([left], [right]) => left - right).map(([, result]) => result);
}

/** Pieces of at most `size` items. */
export function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
