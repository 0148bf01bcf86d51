import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { z } from "zod";

/** Real leads and deals. Their licence keeps them out of this repository. */
export const OLIST = fileURLToPath(new URL("../../../shared/data/olist", import.meta.url));

export const hasOlist = existsSync(OLIST);

export const NO_OLIST = "skipped where the data set of ../shared/data/olist is not here";

/** The whole funnel, as its source counts it. */
export const FUNNEL = { persons: 8000, won: 842, currency: "BRL", revenue: "61936629.31" } as const;

const contact = z.object({ properties: z.object({ email: z.string() }) });
const row = z.object({ Id: z.string() });
const salesContact = z.object({ Id: z.string(), AccountId: z.string(), Email: z.string() });
const opportunity = z.object({ Id: z.string(), AccountId: z.string() });
const role = z.object({ OpportunityId: z.string() });

function linesOf(file: string, folder = OLIST): string[] {
  const packed = join(folder, `${file}.ndjson.gz`);
  const text = existsSync(packed)
    ? gunzipSync(readFileSync(packed)).toString()
    : readFileSync(join(folder, `${file}.ndjson`), "utf8");
  return text.split("\n").filter((line) => line !== "");
}

const wonDeal = z.object({
  ...{ Id: z.string(), Name: z.string(), AccountId: z.string(), OwnerId: z.string() },
  ...{ CloseDate: z.string(), CreatedDate: z.string(), CurrencyIsoCode: z.string() },
  IsWon: z.boolean(),
});
const lead = z.object({
  id: z.string(),
  properties: z
    .object({
      email: z.string(),
      createdate: z.string(),
      hs_analytics_source: z.string(),
      hs_lifecyclestage_marketingqualifiedlead_date: z.string(),
    })
    .catchall(z.string()),
});
const user = z.object({ Id: z.string(), Email: z.string() });

/** The files of a folder, parsed; amounts with the digits that stand there. */
export function readOlist(folder = OLIST) {
  const parsed = <Row>(file: string, schema: z.ZodType<Row>) =>
    linesOf(file, folder).map((line) => schema.parse(JSON.parse(line)));
  return {
    contacts: parsed("hubspot.contacts", lead),
    salesContacts: parsed("salesforce.Contact", salesContact),
    users: parsed("salesforce.User", user),
    roles: parsed("salesforce.OpportunityContactRole", role.extend({ ContactId: z.string() })),
    opportunities: linesOf("salesforce.Opportunity", folder).map((line) => ({
      ...wonDeal.parse(JSON.parse(line)),
      cents: centsIn(line),
      amount: decimal(centsIn(line)),
    })),
  };
}

export interface OlistSample {
  readonly folder: string;
  readonly persons: number;
  readonly won: number;
  /** As decimal text, summed here from the source's own digits. */
  readonly revenue: string;
}

/** Every `n`th won deal with all that belongs to it, and every `n`th of the other leads. */
export function sampleOlist(n: number): OlistSample {
  const folder = mkdtempSync(join(tmpdir(), "accord-olist-"));
  const opportunities = linesOf("salesforce.Opportunity").filter((_, index) => index % n === 0);
  const sold = opportunities.map((line) => opportunity.parse(JSON.parse(line)));
  const accounts = new Set(sold.map(({ AccountId }) => AccountId));
  const deals = new Set(sold.map(({ Id }) => Id));
  const isOurs = (line: string) => accounts.has(salesContact.parse(JSON.parse(line)).AccountId);
  const allContacts = linesOf("salesforce.Contact");
  const buyers = allContacts.filter(isOurs);
  const address = (line: string) => salesContact.parse(JSON.parse(line)).Email;
  const [all, ours] = [allContacts, buyers].map((lines) => new Set(lines.map(address)));
  const leads = linesOf("hubspot.contacts").filter((line, index) => {
    const { email } = contact.parse(JSON.parse(line)).properties;
    return ours?.has(email) || (!all?.has(email) && index % n === 0);
  });
  const files = {
    "hubspot.contacts": leads,
    "hubspot.owners": linesOf("hubspot.owners"),
    "salesforce.User": linesOf("salesforce.User"),
    "salesforce.Account": linesOf("salesforce.Account").filter((line) =>
      accounts.has(row.parse(JSON.parse(line)).Id),
    ),
    "salesforce.Contact": buyers,
    "salesforce.Opportunity": opportunities,
    "salesforce.OpportunityContactRole": linesOf("salesforce.OpportunityContactRole").filter(
      (line) => deals.has(role.parse(JSON.parse(line)).OpportunityId),
    ),
  };
  for (const [file, lines] of Object.entries(files))
    writeFileSync(join(folder, `${file}.ndjson`), `${lines.join("\n")}\n`);
  const revenue = opportunities.reduce((sum, line) => sum + centsIn(line), 0n);
  return { folder, persons: leads.length, won: sold.length, revenue: decimal(revenue) };
}

/** The digits of the source itself: a float could be off by a cent. */
function centsIn(line: string): bigint {
  const [, whole = "0", fraction = ""] = /"Amount":\s*(\d+)(?:[.](\d+))?/.exec(line) ?? [];
  return BigInt(whole) * 100n + BigInt(fraction.padEnd(2, "0").slice(0, 2));
}

function decimal(cents: bigint): string {
  const digits = String(cents).padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
