import { FilterOperatorEnum } from "@hubspot/api-client/lib/codegen/crm/objects/index.js";
import type { BookDeal, Days, HubspotBooks } from "../revenue/books.ts";
import { chunksOf, inParallel } from "../sync/in-parallel.ts";
import { BATCH, type HubspotContext } from "./hubspot-context.ts";
import { answerOrFault } from "./refusal.ts";
import { batchAnswer, searchAnswer, type WireRecord } from "./wire-record.ts";

const PROPERTIES = ["amount", "deal_currency_code", "closedate", "hs_is_closed_won"];

/** The most that one page of search holds. */
const PAGE = 200;

/** Pages follow each other by id, so more than this are a bug: ten million deals. */
const MOST_PAGES = 50_000;

/** What finance asks of HubSpot. It adds up nothing by itself, so its deals are read, 200 a call. */
export function hubspotBooks(context: HubspotContext): HubspotBooks {
  return {
    wonDeals: (days) => wonDeals(context, days),
    async dealsById(ids) {
      const chunks = chunksOf([...new Set(ids)], BATCH);
      return (await inParallel(chunks, (chunk) => readDeals(context, chunk))).flat();
    },
  };
}

async function wonDeals({ api }: HubspotContext, { from, to }: Days): Promise<BookDeal[]> {
  const deals: BookDeal[] = [];
  let after = "0";
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const filters = [
      { propertyName: "hs_is_closed_won", operator: FilterOperatorEnum.Eq, value: "true" },
      { propertyName: "closedate", operator: FilterOperatorEnum.Gte, value: msOf(from) },
      { propertyName: "closedate", operator: FilterOperatorEnum.Lt, value: msOf(to, 1) },
      { propertyName: "hs_object_id", operator: FilterOperatorEnum.Gt, value: after },
    ];
    const call = api.search.doSearch("deals", {
      filterGroups: [{ filters }],
      sorts: ["hs_object_id"],
      properties: PROPERTIES,
      limit: PAGE,
    });
    const { results } = searchAnswer.parse(await answerOrFault(call, "list won deals"));
    deals.push(...results.map(dealOf));
    after = results.at(-1)?.id ?? after;
    if (results.length < PAGE) return deals;
  }
  throw new Error("HubSpot's pages of won deals do not end");
}

/** HubSpot's days are those of UTC here, as everywhere in Accord. Search takes epoch milliseconds. */
function msOf(day: string, daysLater = 0): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + daysLater);
  return String(date.getTime());
}

async function readDeals({ api }: HubspotContext, ids: readonly string[]): Promise<BookDeal[]> {
  const inputs = ids.map((id) => ({ id }));
  const asked = { inputs, properties: PROPERTIES, propertiesWithHistory: [] };
  const { results } = batchAnswer.parse(
    await answerOrFault(api.records.read("deals", asked), "read deals"),
  );
  return results.map(dealOf);
}

function dealOf({ id, properties }: WireRecord): BookDeal {
  return {
    id,
    amount: properties["amount"] || null,
    currency: properties["deal_currency_code"] || null,
    closedOn: properties["closedate"]?.slice(0, 10) || null,
    won: properties["hs_is_closed_won"] === "true",
    gone: false,
  };
}
