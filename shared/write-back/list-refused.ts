import type { Target } from "../core/write-back/write-back.ts";
import type { PageOf, Refusal, WriteBackStore } from "./ports.ts";
import { FIRST_SHARD, shardAfter } from "./shards.ts";

/** Pages without a refusal are passed over, up to so many: then the list goes on where it is. */
const MOST_PAGES = 50;

/** What was refused, of those that are still to be looked at. */
export async function listRefused(
  figures: Pick<WriteBackStore, "duePage">,
  from: string | undefined,
): Promise<PageOf<Refusal & { readonly target: Target }>> {
  let place = from ?? FIRST_SHARD;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const [shard, after] = [place.slice(0, 1), place.slice(1)];
    const page = await figures.duePage(shard, after === "" ? undefined : after);
    const items = page.items.flatMap(({ target, refusals }) =>
      refusals.map((one) => ({ ...one, target })),
    );
    const further = page.next === undefined ? shardAfter(shard) : `${shard}${page.next}`;
    if (further === undefined) return { items };
    if (items.length > 0) return { items, next: further };
    place = further;
  }
  return { items: [], next: place };
}
