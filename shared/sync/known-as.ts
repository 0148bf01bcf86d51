import type { KindMapping } from "../core/mapping/mapping.ts";
import { otherSystem, type System } from "../core/reconcile/system.ts";
import type { Crm, Observation, Ref } from "./ports.ts";
import { matchKeysOf } from "./subject.ts";

/** Something by which both systems may know a record: an identifying value, or its id in one of them (I12). */
export interface KnownAs {
  readonly by: "value" | System;
  /** Equal where two records are known as the same. */
  readonly text: string;
  /** How CRMs may have it written. */
  readonly forms: readonly string[];
}

/** What a CRM record is known as: its values, the first one first; its own id, or its partner's. */
export function knownAs(kind: KindMapping, seen: Observation): KnownAs[] {
  const values = matchKeysOf(kind, seen).map(({ value }) => byValue(value));
  const partner = partnerId(kind, seen);
  const far = otherSystem(seen.ref.system);
  const isNamed = kind.objects.some(({ system, partnerIdIn }) => system === far && partnerIdIn);
  return [
    ...values,
    ...(partner === undefined ? [] : [byId(far, partner)]),
    ...(isNamed ? [byId(seen.ref.system, seen.ref.id)] : []),
  ];
}

/** Whether one of two CRM records says that the other is its partner. */
export function isNamedPartner(kind: KindMapping, one: Observation, other: Observation): boolean {
  const names = (a: Observation, { ref }: Observation) => {
    const id = partnerId(kind, a);
    return (
      id !== undefined && a.ref.system !== ref.system && significant(id) === significant(ref.id)
    );
  };
  return names(one, other) || names(other, one);
}

/** Live records of one system that are known as one of these. */
export async function findKnown(
  crm: Crm,
  kind: KindMapping,
  wanted: readonly KnownAs[],
): Promise<readonly Observation[]> {
  const mapped = kind.objects.filter(({ system }) => system === crm.system);
  const objects = mapped.map(({ object }) => object);
  const named = mapped.flatMap((one) => (one.partnerIdIn === undefined ? [] : one.object));
  const formsOf = (isMeant: (by: KnownAs["by"]) => boolean) => [
    ...new Set(wanted.filter(({ by }) => isMeant(by)).flatMap(({ forms }) => forms)),
  ];
  const searches = [
    { objects, by: VALUE_OF[kind.kind] ?? "value", forms: formsOf((by) => by === "value") },
    { objects, by: "id", forms: formsOf((by) => by === crm.system) },
    { objects: named, by: "partner-id", forms: formsOf((by) => by === otherSystem(crm.system)) },
  ] as const;
  const found = await Promise.all(
    searches
      .filter((one) => one.objects.length > 0 && one.forms.length > 0)
      .map((one) => crm.find(one.objects, one.by, one.forms)),
  );
  return found.flat();
}

const VALUE_OF: Readonly<Record<string, "email" | "domain">> = {
  person: "email",
  company: "domain",
};

function byValue(value: string): KnownAs {
  return { by: "value", text: `value ${value}`, forms: [value] };
}

function byId(system: System, id: string): KnownAs {
  return { by: system, text: `${system} ${significant(id)}`, forms: [id, significant(id)] };
}

/** A Salesforce id of 18 characters is one of 15 and a checksum; HubSpot's are shorter than either. */
const significant = (id: string) => id.slice(0, 15);

function partnerId(kind: KindMapping, { ref, properties }: Observation): string | undefined {
  const isOf = (mapped: Pick<Ref, "system" | "object">) =>
    mapped.system === ref.system && mapped.object === ref.object;
  const { partnerIdIn = "" } = kind.objects.find(isOf) ?? {};
  return properties[partnerIdIn]?.trim() || undefined;
}
