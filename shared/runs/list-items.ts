import type { Plan } from "./plan.ts";
import { PARTS, type RunStore } from "./ports.ts";
import type { ItemState, KeptItem } from "./run.ts";

/** Items of one answer, and pages that are read for it where few items are meant. */
const PAGE = 100;
const MOST_PAGES = 50;

/** Items of a plan, kind by kind and part by part; `next` is where the following page begins. */
export async function pageOfItems(
  runs: RunStore,
  { id: plan, request }: Plan,
  { state, after }: { readonly state?: ItemState; readonly after?: string },
): Promise<{ readonly items: readonly KeptItem[]; readonly next?: string }> {
  const places = request.kinds.flatMap((kind) => PARTS.map((part) => ({ kind, part })));
  const [at = "0", ...rest] = (after ?? "0").split(" ");
  let index = Number(at);
  let key = rest.length > 0 ? rest.join(" ") : undefined;
  const items: KeptItem[] = [];
  for (let pages = 0; index < places.length; pages += 1) {
    const place = places[index];
    if (!place) break;
    if (items.length >= PAGE || pages >= MOST_PAGES)
      return { items, next: key === undefined ? String(index) : `${index} ${key}` };
    const page = await runs.itemsOf({ plan, ...place }, key, PAGE - items.length);
    items.push(...page.items.filter((one) => state === undefined || one.state === state));
    key = page.next;
    if (key === undefined) index += 1;
  }
  return { items };
}
