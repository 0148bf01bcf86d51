import { mapping } from "../../../../shared/config/mapping.ts";
import type { MappedField } from "../../../../shared/core/mapping/mapping.ts";
import { refKey } from "../../../../shared/sync/ports.ts";
import { readField, sameValue } from "../../../../shared/sync/read-fields.ts";
import { type AccordRecord, activeLink } from "../../../../shared/sync/record.ts";
import type { Check, Ending } from "./check.ts";
import type { Row } from "./read-sides.ts";

/** A record that is tied on both sides says the same there, or says where it does not, and why. */
export const sidesAgree: Check = {
  name: "both sides agree on every mapped field, or the difference is in a named place",
  promise: "P1, P2",
  find: (ending) => {
    if (ending.story.mode === "observe") return [];
    const rows = new Map(ending.rows.map((row) => [refKey(row.ref), row]));
    return ending.records.flatMap((record) => {
      const [hubspot, salesforce] = (["hubspot", "salesforce"] as const).map((system) => {
        const link = activeLink(record, system);
        return link && rows.get(refKey(link));
      });
      if (!hubspot || !salesforce || record.status !== "linked") return [];
      return differences(record, [hubspot, salesforce]);
    });
  },
};

function differences(record: AccordRecord, [hubspot, salesforce]: readonly [Row, Row]): string[] {
  const kind = mapping.kinds.find((one) => one.kind === record.kind);
  if (!kind) return [];
  // A status is a part of what says the stage, and is left to whoever changed it (lifecycle/SPEC.md, L6).
  const fields = kind.fields.filter(({ name }) => name !== kind.lifecycle?.statusField);
  return fields.flatMap((field) => {
    const [here, there] = [hubspot, salesforce].map((row) =>
      readField(field, { ref: row.ref, properties: row.values }),
    );
    if (here?.kind !== "value" || there?.kind !== "value") return [];
    if (sameValue(field, here.value, there.value) || isNamed(record, field)) return [];
    const sides = `${hubspot.ref.object} ${hubspot.ref.id} says ${here.value}, ${salesforce.ref.object} ${salesforce.ref.id} says ${there.value}`;
    return [`${record.kind} ${record.id}, ${field.name}: ${sides}`];
  });
}

function isNamed({ parked, conflicts }: AccordRecord, { name, fact }: MappedField): boolean {
  return (
    parked.some(({ field }) => field === name || field === "*" || field === fact) ||
    conflicts.some(({ winner, fields }) => winner === undefined && fields.includes(name))
  );
}

/** A record that nobody has heard of would be lost without anybody noticing. */
export const allKnown: Check = {
  name: "every living record is known, and where it stands is said",
  promise: "P1, P7",
  find: ({ rows, records }) => {
    const standing = new Map(
      records.flatMap((record) =>
        record.links.filter(({ ended }) => !ended).map((link) => [refKey(link), record] as const),
      ),
    );
    const candidates = new Set(records.flatMap((record) => record.candidates.map(refKey)));
    return rows.flatMap(({ ref, accordId }) => {
      const record = standing.get(refKey(ref));
      if (!record)
        return candidates.has(refKey(ref)) ? [] : [`nobody knows ${ref.object} ${ref.id}`];
      if (record.status === "linked" && accordId !== record.id && !isHeldBack(record))
        return [`${ref.object} ${ref.id} carries ${accordId}, and is record ${record.id}`];
      return [];
    });
  },
};

function isHeldBack({ parked }: AccordRecord): boolean {
  return parked.some(({ field }) => field === "*" || /accord_id/i.test(field));
}

/** In read-only mode nothing is written to a CRM, whatever happens. */
export const observesOnly: Check = {
  name: "observing writes nothing to a CRM",
  promise: "P9",
  find: ({ story, wrote, wroteLater }: Ending) =>
    story.mode === "observe" ? [...wrote, ...wroteLater].map(({ path }) => `wrote to ${path}`) : [],
};
