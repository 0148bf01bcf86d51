import * as z from "zod";
import { Fault } from "../sync/fault.ts";
import { chunksOf, inParallel } from "../sync/in-parallel.ts";
import type { Relations } from "../sync/ports.ts";
import type { HubspotApi } from "./hubspot-api.ts";
import { answerOrFault, refusalBody } from "./refusal.ts";

/** Ids of one batch read. Source: associations guide, read 2026-11-21. */
const ASSOCIATION_BATCH = 1000;
/** A deal's associations come in pages; this many pages are far beyond what a portal permits. */
const MOST_PAGES = 50;
const NO_ASSOCIATIONS = "crm.associations.NO_ASSOCIATIONS_FOUND";

const associationsAnswer = z.object({
  results: z.array(
    z.object({
      _from: z.object({ id: z.coerce.string() }),
      to: z.array(
        z.object({
          toObjectId: z.coerce.string(),
          associationTypes: z.array(z.object({ typeId: z.number() })).catch([]),
        }),
      ),
      paging: z.object({ next: z.object({ after: z.string() }).nullish() }).nullish(),
    }),
  ),
  errors: z.array(refusalBody).nullish(),
});

/** Of deal to company. Source: association type ids in the associations guide, read 2026-11-21. */
const PRIMARY_COMPANY = 5;

/**
 * The contacts and the company of deals: one call each for up to a thousand deals. Of several
 * companies the primary one is the deal's, as an opportunity's account is; the others are left alone.
 */
export async function dealRelations(
  api: HubspotApi,
  dealIds: readonly string[],
): Promise<ReadonlyMap<string, Relations>> {
  const jobs = chunksOf(dealIds, ASSOCIATION_BATCH).flatMap((ids) => [
    { to: "contacts", ids },
    { to: "companies", ids },
  ]);
  const answers = await inParallel(jobs, async (job) => ({
    to: job.to,
    found: await associatedIds(api, job.to, job.ids),
  }));
  const idsOf = (dealId: string, object: string) =>
    answers.flatMap(({ to, found }) => (to === object ? (found.get(dealId) ?? []) : []));
  return new Map(
    dealIds.map((id) => [
      id,
      {
        persons: idsOf(id, "contacts"),
        companies: idsOf(id, "companies").slice(0, 1),
        opportunities: [],
      },
    ]),
  );
}

async function associatedIds(
  api: HubspotApi,
  to: string,
  dealIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  let inputs: { id: string; after?: string }[] = dealIds.map((id) => ({ id }));
  for (let page = 0; page < MOST_PAGES && inputs.length > 0; page += 1) {
    const call = api.associations.getPage("deals", to, { inputs });
    const doing = `read the ${to} of deals`;
    const { results, errors } = associationsAnswer.parse(await answerOrFault(call, doing));
    assertNothingHidden(errors ?? [], doing);
    for (const { _from, to: others } of results) {
      const primaryFirst = [
        ...others.filter(isPrimary).map(({ toObjectId }) => toObjectId),
        ...(found.get(_from.id) ?? []),
        ...others.map(({ toObjectId }) => toObjectId),
      ];
      found.set(_from.id, [...new Set(primaryFirst)]);
    }
    inputs = results.flatMap(({ _from, paging }) =>
      paging?.next ? [{ id: _from.id, after: paging.next.after }] : [],
    );
  }
  return found;
}

function isPrimary(other: { readonly associationTypes: readonly { readonly typeId: number }[] }) {
  return other.associationTypes.some(({ typeId }) => typeId === PRIMARY_COMPANY);
}

/** Any other error may hide associations, and taking them for none would remove people from deals. */
function assertNothingHidden(errors: readonly z.infer<typeof refusalBody>[], doing: string): void {
  const hiding = errors.find(
    ({ subCategory, category }) =>
      subCategory !== NO_ASSOCIATIONS && category !== "OBJECT_NOT_FOUND",
  );
  if (!hiding) return;
  const { category = "no category" } = hiding;
  throw new Fault("hubspot-unavailable", `HubSpot could not in part ${doing} (${category})`);
}
