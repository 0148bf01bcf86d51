import * as z from "zod";
import type { RelationsPage } from "../sync/ports.ts";
import { dealRelations } from "./deal-relations.ts";
import type { HubspotContext } from "./hubspot-context.ts";
import { answerOrFault } from "./refusal.ts";

/** Records of one list page. Source: CRM objects guide, read 2026-11-21. */
const LIST_PAGE = 100;
/** As many deals as one batch read of associations takes: 12 calls for a thousand deals. */
const LIST_PAGES = 10;

const listAnswer = z.object({
  results: z.array(z.object({ id: z.string() })),
  paging: z.object({ next: z.object({ after: z.string() }).nullish() }).nullish(),
});

/**
 * The next thousand deals with their contacts and companies. Making or ending an association moves no
 * stamp that a search could ask for, so nothing less than all of them is sure to tell.
 */
export async function relationsAfter(
  context: HubspotContext,
  object: string,
  after: string | undefined,
): Promise<RelationsPage> {
  if (object !== "deals") return { rows: [], next: undefined };
  const ids: string[] = [];
  let next = after;
  for (let page = 0; page < LIST_PAGES; page += 1) {
    const call = context.api.single.getPage(object, LIST_PAGE, next, ["hs_object_id"]);
    const { results, paging } = listAnswer.parse(await answerOrFault(call, `list ${object}`));
    ids.push(...results.map(({ id }) => id));
    next = paging?.next?.after;
    if (next === undefined) break;
  }
  const relations = await dealRelations(context.api, ids);
  const rows = ids.map((id) => {
    const { persons = [], companies = [] } = relations.get(id) ?? {};
    return { id, related: { contacts: persons, companies } };
  });
  return { rows, next };
}
