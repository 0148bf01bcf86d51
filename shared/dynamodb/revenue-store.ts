import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { attribution, DIMENSIONS } from "../config/attribution.ts";
import type { CoveredPerson } from "../core/attribution/coverage.ts";
import { parseCanonicalMoney } from "../core/codec/money-codec.ts";
import type { Touch } from "../core/touches/touch.ts";
import type {
  DimensionedOpportunity,
  Period,
  ReportedOpportunity,
  RevenueStore,
} from "../revenue/ports.ts";
import { chunksOf } from "../sync/in-parallel.ts";
import { type AccordRecord, activeLink, STATUSES } from "../sync/record.ts";
import { batchGet } from "./document-client.ts";
import { recordKey } from "./keys.ts";
import { recordsFrom } from "./record-pages.ts";
import { type StatusRow, statusPages } from "./status-index.ts";
import { parseRecord } from "./stored-record.ts";
import { dynamoTouchStore } from "./touch-store.ts";

/** What revenue reports read, from the reconciled records. Patterns A1, A7, A9 and A11 of keys.ts. */
export function dynamoRevenueStore(db: DynamoDBDocumentClient, table: string): RevenueStore {
  return {
    looksAtAccounts: attribution.journey.persons === "account",
    opportunity: (id) => dimensioned(db, table, id),
    async page(after) {
      const { records, ...more } = await recordsFrom(db, table, { kind: "opportunity", after });
      const ours = records.filter(({ status }) => status !== "merged");
      return { opportunities: ours.map(reported), ...more };
    },
    wonIn: (period) => opportunityPages(db, table, (row) => isWonIn(row, period)),
    all: () => opportunityPages(db, table, () => true),
    async persons(personIds) {
      const lanes = chunksOf(personIds, Math.ceil(personIds.length / LANES) || 1);
      const persons = await Promise.all(lanes.map((ids) => personsOf(db, table, ids)));
      return new Map(persons.flat().map((person) => [person.id, person]));
    },
  };
}

async function dimensioned(
  db: DynamoDBDocumentClient,
  table: string,
  id: string,
): Promise<DimensionedOpportunity | undefined> {
  const [record] = (await batchGet(db, table, [recordKey("opportunity", id)])).map(parseRecord);
  if (!record) return undefined;
  const [companyId = null] = record.companies;
  const named = Object.entries(DIMENSIONS);
  const asksCompany = companyId !== null && named.some(([, one]) => one.of === "company");
  const keys = asksCompany ? [recordKey("company", companyId)] : [];
  const [company] = (await batchGet(db, table, keys)).map(parseRecord);
  const values = named.map(([name, { of, field }]) => {
    const { fields } = (of === "company" ? company : record) ?? {};
    return [name, fields?.[field]?.value ?? null] as const;
  });
  return {
    opportunity: reported(record),
    dimensions: { company: companyId, ...Object.fromEntries(values) },
  };
}

/** Persons are read in so many lanes at once, each with a few calls under way: latency is all there is. */
const LANES = 8;

async function personsOf(
  db: DynamoDBDocumentClient,
  table: string,
  personIds: readonly string[],
): Promise<CoveredPerson[]> {
  const keys = personIds.map((id) => recordKey("person", id));
  const [items, touches] = await Promise.all([
    batchGet(db, table, keys),
    dynamoTouchStore(db, table).touchesOf(personIds),
  ]);
  return items.map(parseRecord).map((record) => personOf(record, touches.get(record.id) ?? []));
}

/** The record that goes on for a merged one says the same. */
const REPORTED = STATUSES.filter((status) => status !== "merged");

/** An opportunity is revenue whatever became of its deal: every status is read. */
async function* opportunityPages(
  db: DynamoDBDocumentClient,
  table: string,
  isWanted: (row: StatusRow) => boolean,
): AsyncIterable<readonly ReportedOpportunity[]> {
  for (const status of REPORTED) {
    for await (const rows of statusPages(db, table, { kind: "opportunity", status })) {
      const keys = rows.filter(isWanted).map(({ gsi1sk }) => recordKey("opportunity", gsi1sk));
      if (keys.length > 0) yield (await batchGet(db, table, keys)).map(parseRecord).map(reported);
    }
  }
}

function isWonIn({ revenue }: StatusRow, { from = "", to }: Period): boolean {
  if (!revenue) return false;
  return revenue.closedOn >= from && (to === undefined || revenue.closedOn < to);
}

export function reported({ id, fields, persons, companies }: AccordRecord): ReportedOpportunity {
  const value = (name: string) => fields[name]?.value ?? null;
  const amount = value("amount");
  return {
    id,
    name: value("name"),
    outcome: outcomeOf({ won: value("won"), closed: value("closed") }),
    amount: amount !== null && parseCanonicalMoney(amount) ? amount : null,
    closedOn: value("closeDate") ?? "",
    openedAt: value("createdDate"),
    owner: value("owner"),
    personIds: persons,
    companyIds: companies,
  };
}

function outcomeOf(told: { readonly won: string | null; readonly closed: string | null }) {
  if (told.won === "true") return "won";
  return told.closed === "true" ? "lost" : "open";
}

export function personOf(record: AccordRecord, touches: readonly Touch[]): CoveredPerson {
  const firsts = record.lifecycle?.firsts ?? {};
  const seen = [record.fields["firstSeen"]?.value, firsts["lead"]].filter((at) => at != null);
  return {
    id: record.id,
    touches,
    leadCreatedAt: seen.sort()[0] ?? null,
    mqlAt: firsts["mql"] ?? null,
    sqlAt: firsts["sql"] ?? null,
    inMarketing: activeLink(record, "hubspot") !== undefined,
  };
}
