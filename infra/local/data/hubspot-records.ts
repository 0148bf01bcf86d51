import type { DataRecord } from "../../simulators/kit/data-records.ts";
import { type Company, DAY_MS, type Person } from "./made-up-people.ts";
import type { SeededRandom } from "./seeded-random.ts";

const FIRST_OWNER_ID = 5001;

export interface Owner {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
}

export function hubspotOwners(owners: readonly Owner[]): DataRecord[] {
  return owners.map((owner, index) => ({
    id: String(FIRST_OWNER_ID + index),
    ...owner,
    archived: false,
  }));
}

/** A record with the properties that have a value: HubSpot leaves out what was never set. */
function record(
  id: number,
  times: { readonly createdMs: number; readonly updatedMs: number },
  properties: Readonly<Record<string, string | null | undefined>>,
): DataRecord {
  const createdAt = new Date(times.createdMs).toISOString();
  return {
    id: String(id),
    createdAt,
    updatedAt: new Date(times.updatedMs).toISOString(),
    archived: false,
    properties: {
      ...Object.fromEntries(Object.entries(properties).filter(([, value]) => value != null)),
      createdate: createdAt,
    },
  };
}

const LEAD_STATUSES = ["NEW", "OPEN", "IN_PROGRESS", "ATTEMPTED_TO_CONTACT", "CONNECTED"] as const;

function leadStatusOf(random: SeededRandom, { stage }: Person): string | null {
  switch (stage) {
    case "subscriber":
      return null;
    case "opportunity":
    case "customer":
      return "OPEN_DEAL";
    default:
      return random.chance(10)
        ? random.pick(["UNQUALIFIED", "BAD_TIMING"])
        : random.pick(LEAD_STATUSES);
  }
}

export function formatPhone(digits: string | undefined): string | undefined {
  return digits?.replace(/^1(\d{3})(\d{3})(\d{4})$/, "+1 $1-$2-$3");
}

/** Contacts, in the order of their ids. */
export function hubspotContacts(random: SeededRandom, people: readonly Person[]): DataRecord[] {
  return people.map((person, index) => {
    const [source, detail1, detail2] = person.source;
    const { mqlMs } = person;
    return record(100_001 + index, person, {
      email: person.email,
      firstname: person.firstName,
      lastname: person.lastName,
      phone: formatPhone(person.phone),
      jobtitle: person.jobTitle,
      company: person.company.name,
      lifecyclestage: person.stage,
      hs_lead_status: leadStatusOf(random, person),
      hs_analytics_source: source,
      hs_analytics_source_data_1: detail1,
      hs_analytics_source_data_2: detail2,
      hubspot_owner_id: String(FIRST_OWNER_ID + person.company.owner),
      hs_lifecyclestage_marketingqualifiedlead_date:
        mqlMs === undefined ? null : new Date(mqlMs).toISOString(),
      lastmodifieddate: new Date(person.updatedMs).toISOString(),
    });
  });
}

/** Companies; marketing writes some names without their legal form, and sales with it. */
export function hubspotCompanies(
  random: SeededRandom,
  companies: readonly Company[],
  todayMs: number,
): DataRecord[] {
  return companies.map(({ name, domain, owner }, index) => {
    const createdMs = todayMs - random.whole(200, 700) * DAY_MS + random.whole(0, DAY_MS - 1);
    const updatedMs = createdMs + random.whole(0, 190) * DAY_MS;
    return record(
      700_001 + index,
      { createdMs, updatedMs },
      {
        name,
        domain,
        website: `https://www.${domain}`,
        hubspot_owner_id: String(FIRST_OWNER_ID + owner),
        hs_lastmodifieddate: new Date(updatedMs).toISOString(),
      },
    );
  });
}
