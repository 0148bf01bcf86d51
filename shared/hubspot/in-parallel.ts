/** Requests of one call that are under way at once: enough to hide latency, little of any limit. */
const AT_ONCE = 4;

/** Does all `work`, a few at once. Resolves in the order given; rejects with the first failure. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const queue = items.entries();
  const done = new Map<number, Result>();
  const worker = async () => {
    for (const [index, item] of queue) done.set(index, await work(item));
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return [...done].sort(([left], [right]) => left - right).map(([, result]) => result);
}

export function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
