import type { KindMapping } from "../core/mapping/mapping.ts";
import { type Conclusion, conclude } from "./conclude.ts";
import type { Work } from "./decide-records.ts";
import { concludeForgotten } from "./forget.ts";
import { keepLostEdits } from "./overwritten.ts";
import { parkRelations } from "./park.ts";
import type { AccordRecord } from "./record.ts";
import { isLinkedOnBothSides } from "./record.ts";
import { nowText, type World, withLink } from "./subject.ts";
import type { IntendedRelation, Related, Written } from "./written.ts";

/** What a record says once its fields and relations are written: links, baselines, and what failed. */
export function concludeWork(
  world: World,
  kind: KindMapping,
  { subject, facts, relations }: Work,
  written: readonly Written[],
  related: readonly Related[],
): Conclusion {
  const now = nowText(world);
  if (subject.record.forgotten) return concludeForgotten(kind, subject, written, now);
  const concluded = conclude(kind, subject.record, facts, written, now);
  const { record, events: told } = keepLostEdits(kind, concluded.record, subject);
  const events = [...concluded.events, ...told];
  let next: AccordRecord = { ...record, mappingVersion: world.mapping.version };
  for (const { system, write, result } of written) {
    const because = subject.create?.name ?? "created";
    if (result.id !== undefined && write.id === undefined)
      next = withLink(next, { system, object: write.object, id: result.id }, because, now);
  }
  if (next.status === "linked" && !isLinkedOnBothSides(next)) next = { ...next, ...notYet(next) };
  if (!relations) return { record: next, events };
  const open = [
    ...relations.held,
    ...relations.writes.filter(
      (intended) => !related.some((one) => one.intended === intended && !one.result.failed),
    ),
  ];
  const { persons, companies, primaryPerson, waiting } = relations;
  const done = related.map(({ intended, result }) => ({
    what: result.failed
      ? `relation failed: ${result.failed.code}`
      : `${intended.action} ${intended.relation}`,
    system: intended.system,
    to: intended.otherId,
  }));
  const { primaryPerson: before, ...rest } = next;
  if (before !== primaryPerson)
    done.push({ what: "primary person", system: "salesforce", to: primaryPerson ?? "" });
  next = {
    ...rest,
    ...(primaryPerson === undefined ? {} : { primaryPerson }),
    persons: asTheyStand(persons, "person", open),
    companies: asTheyStand(companies, "company", open),
    waiting,
    parked: parkRelations(next, { held: relations.held, related }, now),
  };
  return { record: next, events: [...events, ...done] };
}

/** Members that both sides have now: less those not added yet, and with those not taken off yet. */
function asTheyStand(
  decided: readonly string[],
  relation: IntendedRelation["relation"],
  open: readonly IntendedRelation[],
): readonly string[] {
  const openHere = open.filter((one) => one.relation === relation);
  const members = (action: IntendedRelation["action"]) =>
    openHere.filter((one) => one.action === action).map(({ member }) => member);
  const missing = new Set(members("add"));
  const stand = new Set([...decided.filter((one) => !missing.has(one)), ...members("remove")]);
  return [...stand].sort();
}

/** Why a record is on one side that a rule takes across. */
export const WAITS_TO_BE_CREATED = "it waits to be created";

function notYet({ parked }: AccordRecord) {
  const refused = parked.some(({ field }) => field === "*");
  const statusReason = refused ? "its creation was refused" : WAITS_TO_BE_CREATED;
  return { status: "excluded", statusReason } as const;
}
