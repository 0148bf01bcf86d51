import { expect, test } from "vitest";
import { conclude } from "../../../shared/sync/conclude.ts";
import { decideFields } from "../../../shared/sync/decide-fields.ts";
import { intendWrites } from "../../../shared/sync/intend-writes.ts";
import { NO_RELATIONS, type Relations, type WriteResult } from "../../../shared/sync/ports.ts";
import type { AccordRecord } from "../../../shared/sync/record.ts";
import type { Written } from "../../../shared/sync/written.ts";
import {
  contact,
  kindNamed,
  lead,
  NOW,
  NOW_MS,
  recordWith,
  seen,
  sfContact,
} from "../../support/sync-builders.ts";

const person = kindNamed("person");
const HOUR_MS = 3_600_000;

interface Said {
  readonly hubspot: readonly [string | null, string | null];
  /** Of a lead, with its status; of a contact, alone. */
  readonly salesforce: readonly [string | null, string | null] | readonly [string | null];
  readonly relations?: Relations;
  readonly salesforceAtMs?: number;
}

/** One look at what both sides say, whose writes end as told; at a time so many hours later. */
function look(
  from: AccordRecord,
  { hubspot, salesforce, relations = NO_RELATIONS, salesforceAtMs = NOW_MS }: Said,
  { hours = 0, results = {} }: { hours?: number; results?: Partial<WriteResult> } = {},
) {
  const [lifecyclestage, hs_lead_status] = hubspot;
  const [stage, status] = salesforce;
  const isLead = salesforce.length === 2;
  const words = { Lifecycle_Stage__c: stage, ...(isLead ? { Status: status ?? null } : {}) };
  const known = { accordId: from.id };
  const sides = {
    hubspot: {
      is: "seen",
      observation: seen(contact(), { lifecyclestage, hs_lead_status }, known),
    },
    salesforce: {
      is: "seen",
      observation: seen(isLead ? lead() : sfContact(), words, {
        ...known,
        relations,
        modifiedAtMs: salesforceAtMs,
      }),
    },
  } as const;
  const nowMs = NOW_MS + hours * HOUR_MS;
  const now = new Date(nowMs).toISOString();
  const times = () => ({ hubspot: NOW_MS, salesforce: salesforceAtMs, skewMs: 2000 });
  const facts = decideFields({ kind: person, record: from, sides, times, now });
  const writes = intendWrites(person, from, facts, sides, nowMs);
  const written = (["hubspot", "salesforce"] as const).flatMap((system): Written[] => {
    const write = writes[system];
    if (!write) return [];
    const { id } = write;
    const done = { recordId: from.id, id, created: false, refused: [], failed: undefined };
    return [{ system, write, result: { ...done, ...results } }];
  });
  const { record } = conclude(person, from, facts, written, now);
  const asked = Object.fromEntries(written.map(({ system, write }) => [system, write.properties]));
  return { record, asked };
}

const OPEN = "Open - Not Contacted";
const WORKING = "Working - Contacted";
const CLOSED = "Closed - Not Converted";
const busy = { code: "UNABLE_TO_LOCK_ROW", message: "busy", retryable: true };
const linked = recordWith({}, [contact(), lead()]);
const stageOf = ({ fields }: AccordRecord) => fields["lifecycleStage"]?.value;

test("L6: sales takes a lead up while marketing qualifies it: both edits land, and it is accepted", () => {
  const start = look(linked, { hubspot: ["lead", null], salesforce: ["lead", OPEN] }).record;
  const both = look(start, {
    hubspot: ["marketingqualifiedlead", null],
    salesforce: ["lead", WORKING],
  });
  expect(both.asked).toEqual({
    hubspot: { hs_lead_status: "IN_PROGRESS" },
    salesforce: { Lifecycle_Stage__c: "marketingqualifiedlead" },
  });
  expect(
    both.record.stages.map(({ stage, source, transition }) => [stage, source, transition]),
  ).toEqual([
    ["lead", "both", "first seen"],
    ["mql", "hubspot", "qualified by marketing"],
    ["sal", "salesforce", "accepted by sales"],
  ]);
  const { record, asked } = look(both.record, {
    hubspot: ["marketingqualifiedlead", "IN_PROGRESS"],
    salesforce: ["marketingqualifiedlead", WORKING],
  });
  expect([asked, stageOf(record), record.stages.length]).toEqual([{}, "sal", 3]);
});

test("L7, P1: a loser is kept once its side was written, and a write that fails decides nothing", () => {
  const start = look(linked, {
    hubspot: ["marketingqualifiedlead", null],
    salesforce: ["marketingqualifiedlead", OPEN],
  }).record;
  const moved: Said = {
    hubspot: ["salesqualifiedlead", null],
    salesforce: ["marketingqualifiedlead", CLOSED],
    salesforceAtMs: NOW_MS + 10_000,
  };
  const failed = look(start, moved, { results: { id: undefined, failed: busy } }).record;
  expect([stageOf(failed), failed.stages, failed.conflicts]).toEqual(["mql", start.stages, []]);
  const { record } = look(failed, moved);
  expect([stageOf(record), record.stages.at(-1)?.stage]).toEqual(["disqualified", "disqualified"]);
  expect(record.conflicts).toMatchObject([
    {
      fields: ["lifecycleStage", "leadStatus"],
      hubspot: ["sql", null],
      salesforce: ["disqualified", "UNQUALIFIED"],
      winner: "salesforce",
      because: "lifecycle",
    },
  ]);
});

test("L5: a stage that we cleared ourselves, on its way back, is filled in and parked by nobody", () => {
  const start = look(linked, {
    hubspot: ["salesqualifiedlead", null],
    salesforce: ["salesqualifiedlead", OPEN],
  }).record;
  const back: Said = {
    hubspot: ["salesqualifiedlead", null],
    salesforce: ["marketingqualifiedlead", OPEN],
  };
  const halfway = look(start, back, { results: { id: undefined, failed: busy } }).record;
  const { record, asked } = look(halfway, { ...back, hubspot: [null, null] });
  expect(asked).toEqual({ hubspot: { lifecyclestage: "marketingqualifiedlead" } });
  expect([stageOf(record), record.parked]).toEqual(["mql", []]);
});

test("L12: a side that moved by itself keeps the day of its move, not that of our words", () => {
  const start = look(recordWith({}, [contact(), sfContact()]), {
    hubspot: ["salesqualifiedlead", null],
    salesforce: ["salesqualifiedlead"],
  }).record;
  const wonAtMs = NOW_MS + HOUR_MS;
  const won = { id: "006", won: true, closed: true, changedAtMs: wonAtMs };
  const { record, asked } = look(
    start,
    {
      hubspot: ["salesqualifiedlead", null],
      salesforce: ["salesqualifiedlead"],
      relations: { ...NO_RELATIONS, opportunities: [won] },
    },
    { hours: 5 },
  );
  expect(asked).toEqual({
    hubspot: { lifecyclestage: "customer" },
    salesforce: { Lifecycle_Stage__c: "customer" },
  });
  const day = new Date(wonAtMs).toISOString();
  const { hubspot, salesforce } = record.lifecycle?.said ?? {};
  expect([record.stages.at(-1)?.at, salesforce?.entered["customer"]]).toEqual([day, day]);
  expect(hubspot?.entered["customer"]).toBe(new Date(NOW_MS + 5 * HOUR_MS).toISOString());
});

test("L4: a status that is part of a refused move stays where it is, with the stage", () => {
  const start = look(linked, {
    hubspot: ["opportunity", "IN_PROGRESS"],
    salesforce: ["opportunity", WORKING],
  }).record;
  const { record, asked } = look(start, {
    hubspot: ["opportunity", "IN_PROGRESS"],
    salesforce: ["lead", OPEN],
  });
  expect(asked).toEqual({});
  expect(record.parked.map(({ system, message }) => [system, message])).toEqual([
    ["salesforce", "L4 opportunity never becomes lead"],
  ]);
  expect(record.fields["leadStatus"]?.value).toBe("IN_PROGRESS");
});

test("L3: a record of an earlier release, which knew HubSpot's names alone, is not moved by being read", () => {
  const old = recordWith(
    { lifecycleStage: "marketingqualifiedlead", leadStatus: null },
    [contact(), lead()],
    { stages: [{ stage: "marketingqualifiedlead", at: NOW, source: "hubspot" }] },
  );
  const { record, asked } = look(old, {
    hubspot: ["marketingqualifiedlead", null],
    salesforce: ["marketingqualifiedlead", OPEN],
  });
  expect([asked, stageOf(record), record.stages]).toEqual([{}, "mql", old.stages]);
  const next = look(record, {
    hubspot: ["salesqualifiedlead", null],
    salesforce: ["marketingqualifiedlead", OPEN],
  }).record;
  expect(next.stages.at(-1)).toMatchObject({ stage: "sql", transition: "qualified by sales" });
});
