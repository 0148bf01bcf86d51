import type { InclusionRule, KindMapping, MappedField } from "../core/mapping/mapping.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
import { nameOf, systemName } from "./ports.ts";
import type { AccordRecord, Conflict, FieldState, Parked } from "./record.ts";
import type { HistoryEvent } from "./record-store.ts";

/** What is kept of a record, in words that a person can act on (P7). */
export interface Explanation {
  readonly kind: string;
  readonly id: string;
  readonly status: string;
  /** Which CRM records it is made of and why, and why it is not on the other side. */
  readonly why: readonly string[];
  readonly fields: readonly ExplainedField[];
  /** What was changed and written, the latest first. */
  readonly lately: readonly string[];
}

interface ExplainedField {
  readonly name: string;
  readonly value: FieldValue;
  readonly why: readonly string[];
}

export interface Explained {
  readonly record: AccordRecord;
  /** The latest first. */
  readonly history: readonly { readonly at: string; readonly events: readonly HistoryEvent[] }[];
  readonly mapping: KindMapping;
  /** The only field to explain; all of them where none is named. */
  readonly field?: string | undefined;
}

/** Explains a record from what is kept of it, without asking a CRM. Pure. */
export function explain({ record, history, mapping, field }: Explained): Explanation {
  const { kind, id, status } = record;
  const fields = mapping.fields.filter(({ name }) => field === undefined || name === field);
  const events = history.flatMap((entry) =>
    entry.events.map((event) => ({ ...event, keptAt: entry.at })),
  );
  return {
    kind,
    id,
    status,
    why: [...whyStatus(record, mapping), ...whyLinks(record), ...whyNotYet(record)],
    fields: fields.map((one) => explainField(record, one)),
    lately: events
      .filter((event) => field === undefined || isOf(event.field, field))
      .map(({ keptAt, ...event }) => `${keptAt} ${eventWords(event)}`),
  };
}

const isOf = (names: string | undefined, field: string) => (names ?? "").split(" ").includes(field);
/** History and fields also name who is no system: `both`, or a person's word. */
const sideName = (side: string) =>
  side === "hubspot" || side === "salesforce" ? systemName(side) : side;
const shown = (value: FieldValue | undefined) => (value == null ? "blank" : `"${value}"`);

function whyStatus(record: AccordRecord, mapping: KindMapping): string[] {
  const { status, statusReason, candidates } = record;
  const reason = statusReason === "" ? "" : `: ${statusReason}`;
  const said = status === "linked" ? "linked: both systems have it" : `${status}${reason}`;
  return [
    said,
    ...candidates.map((ref) => `candidate: ${nameOf(ref)}`),
    ...(status === "excluded" ? rulesFor(record, mapping) : []),
  ];
}

/** The rules that could take it across, and what each still asks for. */
function rulesFor(record: AccordRecord, mapping: KindMapping): string[] {
  const objects = record.links.filter(({ ended }) => !ended).map(({ object }) => object);
  return mapping.inclusion
    .filter(({ from }) => objects.includes(from.object))
    .map((rule) => `rule "${rule.name}" ${asks(rule, record, mapping)}`);
}

function asks(
  { atLeast, hasOpportunity, hasValue }: InclusionRule,
  record: AccordRecord,
  mapping: KindMapping,
) {
  const value = (name: string) => record.fields[name]?.value;
  const wants: string[] = [];
  if (atLeast) {
    const ranking = mapping.fields.find(({ name }) => name === atLeast.field)?.ranking ?? [];
    const rank = ranking.indexOf(value(atLeast.field) ?? "");
    if (rank < ranking.indexOf(atLeast.value))
      wants.push(
        `${atLeast.field} from ${atLeast.value} onward; it is ${shown(value(atLeast.field))}`,
      );
  }
  if (hasOpportunity) wants.push("a part in an opportunity");
  if (hasValue && value(hasValue) == null) wants.push(`a value of ${hasValue}; it is blank`);
  return wants.length === 0 ? "has what it asks for" : `asks for ${wants.join(", and ")}`;
}

function whyLinks({ links }: AccordRecord): string[] {
  return links.map((link) => {
    const ended = link.ended ? `; until ${link.ended.at}, ended because ${link.ended.because}` : "";
    return `${nameOf(link)} since ${link.since}, because ${link.because}${ended}`;
  });
}

function whyNotYet({ waiting, proposed, parked, lease }: AccordRecord): string[] {
  return [
    ...waiting.map((what) => `waits: ${what}`),
    ...proposed.map((what) => `would be written, if this were not read-only: ${what}`),
    ...parked.filter((one) => one.field === "*").map(parkedWords),
    ...(lease
      ? [`a worker has claimed it, until ${new Date(lease.untilMs).toISOString()} at the latest`]
      : []),
  ];
}

function explainField(record: AccordRecord, field: MappedField): ExplainedField {
  const { name } = field;
  const state = record.fields[name];
  const conflicts = record.conflicts.filter(({ fields }) => fields.includes(name));
  const parked = record.parked.filter((one) => one.field === name);
  const rulings = (record.rulings ?? []).filter(({ values }) => name in values);
  return {
    name,
    value: state?.value ?? null,
    why: [
      ...(state ? stateWords(state) : ["neither side has said anything of it"]),
      ...conflicts.map((one) => conflictWords(one, one.fields.indexOf(name))),
      ...parked.map(parkedWords),
      ...rulings.map(
        ({ by, at, because, values }) =>
          `${because} by ${by} at ${at}: ${shown(values[name])}; it is being carried out`,
      ),
      `policy: ${policyWords(field)}`,
    ],
  };
}

function stateWords({ value, source, at, baseline, sent = [] }: FieldState): string[] {
  const given =
    source === "both"
      ? `both sides said so when they were first seen together, at ${at}`
      : `${sideName(source)} gave it at ${at}`;
  return [
    given,
    ...(baseline === value ? [] : [`both sides last agreed on ${shown(baseline)}`]),
    ...sent.map(
      (one) =>
        `written to ${sideName(one.system)} at ${new Date(one.atMs).toISOString()}: ${shown(one.value)}${one.over === undefined ? "" : ` over ${shown(one.over)}`}`,
    ),
  ];
}

function conflictWords(
  { hubspot, salesforce, winner, because, at }: Conflict,
  index: number,
): string {
  const said = `at ${at} HubSpot said ${shown(hubspot[index])} and Salesforce ${shown(salesforce[index])}`;
  return winner === undefined
    ? `${said}: open, a person is asked (${because})`
    : `${said}: ${sideName(winner)} won (${because}); the other value is kept here`;
}

function parkedWords({ system, value, code, message, remedy, tries, triedAt }: Parked): string {
  const what = value === null ? "a blank" : `"${value}"`;
  return `${sideName(system)} does not take ${what}: ${message} (${code}). ${remedy} Tried ${tries} times, last at ${triedAt}`;
}

function policyWords({ direction, policy, tieBreaker, policyByStage = {} }: MappedField): string {
  const stages = Object.entries(policyByStage).map(([stage, other]) => `${other} at ${stage}`);
  const way =
    direction.way === "both"
      ? "goes both ways"
      : `goes ${direction.way.replace("-", " ")} only, an edit there is ${direction.farEdit === "leave" ? "left" : "put back"}`;
  return [way, policy, `ties go to ${sideName(tieBreaker)}`, ...stages].join(", ");
}

function eventWords({ what, field, from, to, system, at, because, by }: HistoryEvent): string {
  return [
    what,
    field,
    from === undefined ? undefined : `from ${shown(from)}`,
    to === undefined ? undefined : `to ${shown(to)}`,
    system && `(${sideName(system)})`,
    at && `as of ${at}`,
    by && `by ${by}`,
    because && `because ${because}`,
  ]
    .filter((part) => part !== undefined && part !== "")
    .join(" ");
}
