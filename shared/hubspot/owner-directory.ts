import * as z from "zod";
import type { HubspotApi } from "./hubspot-api.ts";
import { answerOrFault } from "./refusal.ts";

/** The property that holds an owner's id. Accord knows owners by e-mail, as Salesforce's users are. */
export const OWNER_PROPERTY = "hubspot_owner_id";

export interface OwnerDirectory {
  /** The owner's e-mail address, folded; `owner:<id>` for one that HubSpot does not list. */
  emailOf(id: string): Promise<string>;
  /** The id of the live owner with this e-mail address. */
  idOf(email: string): Promise<string | undefined>;
}

interface Owners {
  readonly emailById: ReadonlyMap<string, string>;
  readonly idByEmail: ReadonlyMap<string, string>;
  readonly loadedAtMs: number;
}

const FRESH_MS = 5 * 60_000;
/** An owner added a moment ago is looked for again, but not for every record that has one unknown. */
const UNKNOWN_RECHECK_MS = 60_000;
const PAGE = 100;
/** 10,000 owners. A portal beyond that has owners Accord does not know, and shows them as such. */
const MOST_PAGES = 100;

const ownersPage = z.object({
  results: z.array(z.object({ id: z.string(), email: z.string().nullish() })),
  paging: z.object({ next: z.object({ after: z.string() }).nullish() }).nullish(),
});

export function ownerDirectory(api: HubspotApi, now: () => number): OwnerDirectory {
  let loading: Promise<Owners> | undefined;
  const load = () => {
    const started = loadOwners(api, now());
    loading = started;
    started.catch(() => {
      if (loading === started) loading = undefined;
    });
    return started;
  };
  const knowing = async (isKnown: (owners: Owners) => boolean): Promise<Owners> => {
    const seen = loading ?? load();
    const owners = await seen;
    const ageMs = now() - owners.loadedAtMs;
    const stale = ageMs >= (isKnown(owners) ? FRESH_MS : UNKNOWN_RECHECK_MS);
    if (!stale) return owners;
    // Of many that find it stale at once, one loads it anew, and the others wait for that one.
    return loading === undefined || loading === seen ? load() : loading;
  };
  return {
    emailOf: async (id) => {
      const owners = await knowing(({ emailById }) => emailById.has(id));
      return owners.emailById.get(id) ?? `owner:${id}`;
    },
    idOf: async (email) => {
      const folded = email.trim().toLowerCase();
      const owners = await knowing(({ idByEmail }) => idByEmail.has(folded));
      return owners.idByEmail.get(folded);
    },
  };
}

async function loadOwners(api: HubspotApi, loadedAtMs: number): Promise<Owners> {
  const archived = await ownersOf(api, true);
  const live = await ownersOf(api, false);
  return {
    emailById: new Map([...archived, ...live].map(({ id, email }) => [id, email])),
    idByEmail: new Map(live.map(({ id, email }) => [email, id])),
    loadedAtMs,
  };
}

async function ownersOf(api: HubspotApi, archived: boolean) {
  const owners: { id: string; email: string }[] = [];
  let after: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const call = api.owners.getPage(undefined, after, PAGE, archived);
    const { results, paging } = ownersPage.parse(await answerOrFault(call, "list owners"));
    for (const { id, email } of results)
      if (email) owners.push({ id, email: email.trim().toLowerCase() });
    after = paging?.next?.after;
    if (after === undefined) break;
  }
  return owners;
}
