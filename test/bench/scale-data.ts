import type { System } from "../../shared/core/reconcile/system.ts";
import { salesforceId } from "./salesforce-ids.ts";

/** Made-up records of two CRMs that share half of their people, one object at a time. */
export interface ScaleData {
  readonly system: System;
  readonly object: "contacts" | "Lead" | "Contact";
  readonly rows: () => Generator<unknown>;
}

const STAMP_MS = Date.parse("2024-01-01T00:00:00.000Z");

/** One stamp a second, so that no page of a poll ends within a stamp that fills it. */
const stamp = (index: number) => new Date(STAMP_MS + index * 1000).toISOString();

const person = (index: number) => ({
  email: `person.${index}@scale.example`,
  first: `First ${index % 997}`,
  last: `Last ${index}`,
  phone: `+1 555 ${String(index).padStart(7, "0")}`,
});

/**
 * `count` contacts (persons 0 to count-1), and `count` leads and contacts of Salesforce (persons count/2
 * to 3/2 count-1): half of each side is on the other. Every fifth contact is qualified, and so is to
 * become a lead where it is none; the others stay where they are.
 */
export function scaleData(count: number): ScaleData[] {
  const half = count / 2;
  function* contacts() {
    for (let index = 0; index < count; index += 1) {
      const { email, first, last, phone } = person(index);
      const at = stamp(index);
      const lifecyclestage = index % 5 === 0 ? "marketingqualifiedlead" : "lead";
      yield {
        id: String(100_001 + index),
        createdAt: at,
        updatedAt: at,
        archived: false,
        properties: {
          email,
          firstname: first,
          lastname: last,
          phone,
          lifecyclestage,
          createdate: at,
        },
      };
    }
  }
  function* inSalesforce(type: "Lead" | "Contact", parity: number) {
    for (let index = half; index < half + count; index += 1) {
      if (index % 2 !== parity) continue;
      const { email, first, last, phone } = person(index);
      const at = stamp(index);
      yield {
        attributes: { type },
        Id: salesforceId(type === "Lead" ? "00Q" : "003", index),
        FirstName: first,
        LastName: last,
        Email: email,
        Phone: phone,
        ...(type === "Lead"
          ? { Company: `Company ${index % 5000}`, Status: "Open - Not Contacted" }
          : {}),
        CreatedDate: at,
        SystemModstamp: at,
      };
    }
  }
  return [
    { system: "hubspot", object: "contacts", rows: contacts },
    { system: "salesforce", object: "Lead", rows: () => inSalesforce("Lead", 0) },
    { system: "salesforce", object: "Contact", rows: () => inSalesforce("Contact", 1) },
  ];
}

/** What a run over it has to end with. */
export function scaleExpectation(count: number) {
  const shared = count / 2;
  const created = Math.ceil(shared / 5);
  return { linked: shared + created, leadsCreated: created, contacts: count };
}
