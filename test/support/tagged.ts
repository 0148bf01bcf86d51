import type { BothCrms, TwoCrms } from "./two-crms.ts";

/** `t007x`: sets apart the records of one run from those of others in the same CRMs. */
export function tagOf(number: number): string {
  return `t${String(number).padStart(3, "0")}x`;
}

/** What one run left in both CRMs, with its tag taken out. */
export function ofTag(all: BothCrms, tag: string): BothCrms {
  const only = <Side extends object>(side: Side): Side =>
    JSON.parse(
      JSON.stringify(
        Object.fromEntries(
          Object.entries(side).map(([object, rows]) => [
            object,
            (rows as object[]).filter((row) => JSON.stringify(row).includes(tag)),
          ]),
        ),
      ).replaceAll(tag, "#"),
    );
  return { hubspot: only(all.hubspot), salesforce: only(all.salesforce) };
}

/** A small company, half of it in each CRM: a lead to be, and a deal won with its contact. */
export async function makeScene({ inHubspot, inSalesforce }: TwoCrms, tag: string) {
  const ann = await inHubspot.create("contacts", {
    email: `ann@${tag}.example`,
    lastname: `Ann ${tag}`,
    lifecyclestage: "marketingqualifiedlead",
    phone: "+55 11 5555-0100",
  });
  const account = await inSalesforce.create("Account", {
    Name: `Acme ${tag}`,
    Website: `https://www.${tag}.example/`,
  });
  const bob = await inSalesforce.create("Contact", {
    LastName: `Bob ${tag}`,
    Email: `bob@${tag}.example`,
    AccountId: account.id,
  });
  const deal = await inSalesforce.create("Opportunity", {
    Name: `Deal ${tag}`,
    StageName: "Closed Won",
    CloseDate: "2026-11-20",
    Amount: "1234.5",
    CurrencyIsoCode: "BRL",
    AccountId: account.id,
    ContactId: bob.id,
  });
  return { ann, account, bob, deal };
}

export type Scene = Awaited<ReturnType<typeof makeScene>>;
