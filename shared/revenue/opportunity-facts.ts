import { parseCanonicalMoney } from "../core/codec/money-codec.ts";
import type { ClosingFacts } from "../core/ledger/judge.ts";
import type { AfterwardsFact } from "../core/ledger/judge-afterwards.ts";
import type { LedgerFields } from "../core/ledger/ledger-fields.ts";
import { type LedgerRefusal, REMEDIES, type RefusalName, refusal } from "../core/ledger/refusal.ts";
import type { Money } from "../core/money/money.ts";
import { type AccordRecord, activeLink } from "../sync/record.ts";

export interface OpportunityFacts extends ClosingFacts {
  readonly afterwards: readonly AfterwardsFact[];
}

/** What a record says of its opportunity's money. */
export function factsOf(record: AccordRecord, fields: LedgerFields): OpportunityFacts {
  const value = (name: string) => record.fields[name]?.value ?? null;
  const lost = whyNotWon(record, fields);
  const amount = value(fields.amount);
  const unreadable = unreadableIn(record, [fields.amount, fields.closeDate]) ?? badAmount(amount);
  return {
    opportunityId: record.id,
    recordVersion: record.version,
    won: lost === undefined,
    amount: amount === null ? null : (parseCanonicalMoney(amount) ?? null),
    closedOn: value(fields.closeDate),
    owner: value(fields.owner),
    ...(unreadable ? { unreadable } : {}),
    actor: actorOf(record, fields),
    because: lost ?? `closed and won: ${value(fields.stage) ?? "its stage"}`,
    afterwards: fields.afterwards.flatMap((one): AfterwardsFact[] => {
      const total = totalIn(record, one.amount);
      return total ? [{ kind: one.kind, amount: total, day: value(one.day) }] : [];
    }),
  };
}

/** Undefined of what is won, and still there. */
function whyNotWon(record: AccordRecord, { won, stage }: LedgerFields): string | undefined {
  if (record.status === "merged")
    return `it is one with record ${record.mergedInto ?? "of another id"}, which goes on for it`;
  if (!activeLink(record, "salesforce")) {
    const ended = record.links.findLast(({ system }) => system === "salesforce")?.ended;
    return ended ? `its Salesforce opportunity: ${ended.because}` : "Salesforce does not have it";
  }
  if (record.fields[won]?.value === "true") return undefined;
  return `no longer won: ${record.fields[stage]?.value ?? "without a stage"}`;
}

/** Whoever gave the value of the closing that changed last; a person's name where one ruled in Accord. */
function actorOf(record: AccordRecord, fields: LedgerFields): string {
  const names = [fields.won, fields.amount, fields.closeDate, fields.owner];
  const states = names.flatMap((name) => record.fields[name] ?? []);
  const last = states.reduce((latest, state) => (state.at > latest.at ? state : latest), {
    at: "",
    source: "salesforce",
  });
  // What both are found to agree on was closed in Salesforce, where deals are won.
  return last.source === "hubspot" ? "HubSpot" : "Salesforce";
}

/** What Salesforce holds of these fields and nobody can read, as the record has it parked. */
function unreadableIn(
  { parked }: AccordRecord,
  names: readonly string[],
): LedgerRefusal | undefined {
  const found = parked.find(
    ({ system, field, object, code }) =>
      system === "salesforce" &&
      names.includes(field) &&
      object === undefined &&
      code !== "unstable",
  );
  return found && refusal(nameOf(found.code), `the ${found.field} in Salesforce ${found.message}`);
}

function nameOf(code: string): RefusalName {
  return isName(code) ? code : "unreadable-value";
}

function isName(code: string): code is RefusalName {
  return Object.hasOwn(REMEDIES, code);
}

function badAmount(amount: string | null): LedgerRefusal | undefined {
  if (amount === null || parseCanonicalMoney(amount)) return undefined;
  return refusal("unreadable-value", "the amount on the record is no money text");
}

function totalIn(record: AccordRecord, name: string): Money | LedgerRefusal | undefined {
  const text = record.fields[name]?.value ?? null;
  const unreadable = unreadableIn(record, [name]) ?? badAmount(text);
  if (unreadable) return unreadable;
  return text === null ? undefined : parseCanonicalMoney(text);
}
