import type { Ref } from "../../shared/sync/ports.ts";
import { type AccordRecord, activeLink } from "../../shared/sync/record.ts";
import type { TwoCrms } from "./two-crms.ts";
import { hearEchoes, newWatch, sendHints, toldOf, watched } from "./watched-world.ts";
import { type Office, openOffice, workThrough } from "./work-through.ts";

/** An Accord of its own on shared CRMs, with words for what is told to it and what it knows. */
export function openScene(two: TwoCrms, office: Office = openOffice(two)) {
  const recordOf = ({ id }: Pick<Ref, "id">): AccordRecord => {
    const records = office.store
      .records()
      .filter(({ links }) => links.some((link) => link.id === id));
    const holds = ({ links }: AccordRecord) => links.some((link) => link.id === id && !link.ended);
    const record = records.find(holds) ?? records.find(({ status }) => status !== "merged");
    if (!record) throw new Error(`${id} is not known`);
    return record;
  };
  return {
    office,
    recordOf,
    /** Tells of these records, works, and lets the echoes come in. Answers how many writes it took. */
    async tell(...refs: Ref[]): Promise<number> {
      const watch = newWatch();
      const world = watched(office, watch);
      await sendHints(office, await toldOf(two, refs));
      await workThrough(office, two, { worlds: () => world });
      await hearEchoes(office, two, watch);
      return watch.writes;
    },
    partnerOf(ref: Ref): Ref {
      const far = ref.system === "hubspot" ? "salesforce" : "hubspot";
      const link = activeLink(recordOf(ref), far);
      if (!link) throw new Error(`${ref.id} has no partner`);
      return { system: far, object: link.object, id: link.id };
    },
    /** What became of a record of ours. */
    byId: (id: string) => office.store.records().find((record) => record.id === id),
  };
}

export type IdentityScene = ReturnType<typeof openScene>;

/** A contact that becomes a lead at once. */
export const mql = (email: string, more: Readonly<Record<string, string>> = {}) => ({
  email,
  firstname: "Ann",
  lastname: "Lee",
  company: "Acme",
  lifecyclestage: "marketingqualifiedlead",
  ...more,
});
