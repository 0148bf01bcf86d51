import { expect, test } from "vitest";
import { attribution } from "../../../shared/config/attribution.ts";
import { CUSTOM_FIELDS } from "../../../shared/config/custom-fields.ts";
import { mapping } from "../../../shared/config/mapping.ts";
import type { MissingField } from "../../../shared/sync/ports.ts";
import { prepareCrms } from "../../../shared/sync/prepare-crms.ts";
import { fittingObject } from "../../support/fitting-crm.ts";
import { stillCrm } from "../../support/sync-builders.ts";

const nameOf = ({ object, property }: MissingField) => `${object}.${property}`;

/** A CRM that has these fields, and may create all but the refused ones. */
function crmWith(system: "hubspot" | "salesforce", has: string[], refused: readonly string[] = []) {
  return {
    ...stillCrm(system, []),
    describeObject: async (object: string) => fittingObject(mapping, object),
    missingFields: async (wanted: readonly MissingField[]) =>
      wanted.filter((field) => !has.includes(nameOf(field))),
    async createFields(missing: readonly MissingField[]) {
      const created = missing.filter((field) => !refused.includes(nameOf(field)));
      has.push(...created.map(nameOf));
      return missing
        .filter((field) => refused.includes(nameOf(field)))
        .map((field) => ({ field, message: "you may not" }));
    },
  };
}

const wanted = CUSTOM_FIELDS.filter(({ object }) => object === "deals" || object === "Opportunity");
const [ofHubspot, ofSalesforce] = (["hubspot", "salesforce"] as const).map((system) =>
  wanted.filter((field) => field.system === system),
);

test("a run that applies nothing shows what is missing, and creates nothing", async () => {
  const has: string[] = ["deals.accord_id"];
  const crms = { hubspot: crmWith("hubspot", has), salesforce: crmWith("salesforce", []) };
  const missing = [
    ...(ofHubspot ?? []).filter(({ property }) => property !== "accord_id"),
    ...(ofSalesforce ?? []),
  ];
  expect(await prepareCrms(crms, { mapping, wanted, apply: false })).toEqual({
    contradictions: [],
    misfits: [],
    missing,
    created: [],
    refused: [],
  });
  expect(has).toEqual(["deals.accord_id"]);
});

test("a run creates what is missing, says what it was refused, and the next finds only that", async () => {
  const crms = {
    hubspot: crmWith("hubspot", []),
    salesforce: crmWith("salesforce", [], ["Opportunity.Lost_Reason__c"]),
  };
  const first = await prepareCrms(crms, { mapping, wanted, apply: true });
  const lost = wanted.filter(({ property }) => property === "Lost_Reason__c");
  expect(first).toEqual({
    contradictions: [],
    misfits: [],
    missing: wanted,
    created: wanted.filter((field) => !lost.includes(field)),
    refused: lost.map((field) => ({ field, message: "you may not" })),
  });
  const second = await prepareCrms(crms, { mapping, wanted, apply: true });
  expect(second).toMatchObject({ missing: lost, created: [] });
});

test("a mapping that contradicts itself stops the run before any CRM is asked", async () => {
  const [person, ...kinds] = mapping.kinds;
  const broken = { ...mapping, kinds: person ? [{ ...person, matchField: "none" }, ...kinds] : [] };
  const away = () => Promise.reject(new Error("asked"));
  const hubspot = { ...stillCrm("hubspot", []), missingFields: away };
  const crms = { hubspot, salesforce: stillCrm("salesforce", []) };
  const { contradictions, ...rest } = await prepareCrms(crms, {
    mapping: broken,
    wanted,
    apply: true,
  });
  expect(contradictions.length).toBeGreaterThan(0);
  expect(rest).toEqual({ misfits: [], missing: [], created: [], refused: [] });
});

test("A12: a model that contradicts itself stops the run before any CRM is asked, by its name", async () => {
  const away = () => Promise.reject(new Error("asked"));
  const hubspot = { ...stillCrm("hubspot", []), missingFields: away };
  const crms = { hubspot, salesforce: stillCrm("salesforce", []) };
  const definition = { kind: "positions", weights: { first: "0.9" } } as const;
  const broken = { ...attribution, models: [{ name: "ours", definition }] };
  const plan = { mapping, attribution: broken, wanted, apply: true };
  expect((await prepareCrms(crms, plan)).contradictions).toEqual([
    "model 'ours': its weights add up to 0.9, not to 1",
  ]);
});
