import type { Kind } from "../core/reconcile/system.ts";
import type { Finding, Outsider } from "./finding.ts";
import { PARTS, type PartOf, type SweepStore } from "./ports.ts";
import type { Sweep } from "./sweep.ts";

/** Items of one answer, and pages that are read for it where few items are meant. */
const PAGE = 100;
const MOST_PAGES = 50;

interface Meant<Item> {
  readonly of?: Kind;
  readonly after?: string;
  readonly isMeant: (item: Item) => boolean;
}

interface Found<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}

/** Findings of a sweep, kind by kind and part by part; `next` is where the following page begins. */
export function pageOfFindings(
  sweeps: Pick<SweepStore, "findingsOf">,
  sweep: Sweep,
  meant: Meant<Finding>,
): Promise<Found<Finding>> {
  return pageOf(sweep, meant, (...asked) => sweeps.findingsOf(...asked));
}

/** Who is counted on one side alone, in the same order. */
export function pageOfOutsiders(
  sweeps: Pick<SweepStore, "outsidersOf">,
  sweep: Sweep,
  meant: Meant<Outsider>,
): Promise<Found<Outsider>> {
  return pageOf(sweep, meant, (...asked) => sweeps.outsidersOf(...asked));
}

type Read<Item> = (
  of: PartOf,
  after: string | undefined,
  most: number,
) => Promise<{ readonly items: readonly Item[]; readonly next: string | undefined }>;

async function pageOf<Item>(
  { id: sweep, kinds }: Sweep,
  { of, after = "0", isMeant }: Meant<Item>,
  read: Read<Item>,
): Promise<Found<Item>> {
  const ours = kinds.filter((kind) => of === undefined || kind === of);
  const places = ours.flatMap((kind) => PARTS.map((part) => ({ sweep, kind, part })));
  const [at = "0", ...rest] = after.split(" ");
  let index = Number(at);
  let name = rest.length > 0 ? rest.join(" ") : undefined;
  const items: Item[] = [];
  for (let pages = 0; ; pages += 1) {
    const place = places[index];
    if (!place) return { items };
    if (items.length >= PAGE || pages >= MOST_PAGES)
      return { items, next: name === undefined ? String(index) : `${index} ${name}` };
    const page = await read(place, name, PAGE - items.length);
    items.push(...page.items.filter(isMeant));
    name = page.next;
    if (name === undefined) index += 1;
  }
}
