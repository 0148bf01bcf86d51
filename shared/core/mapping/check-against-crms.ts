import { isRefusal } from "../codec/codec.ts";
import type { FieldType } from "../codec/field-type.ts";
import { otherSystem, type System } from "../reconcile/system.ts";
import type {
  CrmDescriptions,
  ObjectDescription,
  PropertyDescription,
  PropertyType,
} from "./crm-description.ts";
import type { FieldPlace, KindMapping, MappedField, MappedObject, Mapping } from "./mapping.ts";

/** Where a mapping and a CRM do not fit each other, and what to do about it, in one line. */
export interface Misfit {
  readonly line: string;
  /** `stop`: nothing of it can work. `warn`: some values will be parked, each with its cause. */
  readonly severity: "stop" | "warn";
}

/** A property that does not exist yet, and will be created before anything is written. */
export interface PlannedProperty {
  readonly system: System;
  readonly object: string;
  readonly property: string;
}

/** What a field of ours may stand in. A text is read off anything; what is written has to fit. */
const FITTING: Readonly<Record<FieldType, readonly PropertyType[]>> = {
  text: ["text", "choice", "other"],
  email: ["text", "choice", "other"],
  phone: ["text", "other"],
  domain: ["text", "other"],
  date: ["date", "datetime"],
  datetime: ["datetime", "date"],
  money: ["number"],
  choice: ["choice", "text", "boolean", "other"],
};

const NAMES = { hubspot: "HubSpot", salesforce: "Salesforce" } as const;

interface Place {
  readonly kind: KindMapping;
  readonly field: MappedField;
  readonly mapped: MappedObject;
  readonly place: FieldPlace;
  readonly known: ObjectDescription;
}

/** Holds a mapping against what both CRMs say of their objects. The order is that of the mapping. */
export function checkAgainstCrms(
  { kinds }: Mapping,
  crms: CrmDescriptions,
  planned: readonly PlannedProperty[],
): Misfit[] {
  return kinds.flatMap((kind) => [
    ...kind.objects.flatMap((mapped) => checkObject(kind, mapped, crms, planned)),
    ...kind.fields.flatMap((field) => {
      const places = placesOf(kind, field, crms);
      return [
        ...places.flatMap((place) => checkPlace(place, planned)),
        ...places.flatMap((place) => checkCrossing(place, places)),
      ];
    }),
  ]);
}

function placesOf(kind: KindMapping, field: MappedField, crms: CrmDescriptions): Place[] {
  return kind.objects.flatMap((mapped) => {
    const place = field.places[mapped.object];
    const known = crms[mapped.system].get(mapped.object);
    return place && known ? [{ kind, field, mapped, place, known }] : [];
  });
}

const isPlanned =
  (planned: readonly PlannedProperty[], { system, object }: MappedObject) =>
  (property: string) =>
    planned.some(
      (one) => one.system === system && one.object === object && one.property === property,
    );

function checkObject(
  { kind }: KindMapping,
  mapped: MappedObject,
  crms: CrmDescriptions,
  planned: readonly PlannedProperty[],
): Misfit[] {
  const { system, object, idProperty } = mapped;
  const known = crms[system].get(object);
  if (!known)
    return stop(
      `${kind}: ${NAMES[system]} has no object ${object}, or Accord may not see it; correct its name, or let the integration user see it`,
    );
  const id = known.get(idProperty);
  if (!id && isPlanned(planned, mapped)(idProperty)) return [];
  if (!id)
    return stop(
      `${kind}: ${NAMES[system]} ${object} has no property ${idProperty} for our record id; create it as a unique text of 36 characters`,
    );
  return id.unique
    ? []
    : stop(
        `${kind}: ${NAMES[system]} ${object}.${idProperty} is not unique; make it ${system === "hubspot" ? "require unique values" : "an external id with unique values"}, or name another idProperty`,
      );
}

function checkPlace(one: Place, planned: readonly PlannedProperty[]): Misfit[] {
  const { kind, field, mapped, place, known } = one;
  const where = (property: string) =>
    `${kind.kind}.${field.name}: ${NAMES[mapped.system]} ${mapped.object}.${property}`;
  const isComing = isPlanned(planned, mapped);
  const missing = place.properties.filter((name) => !known.has(name) && !isComing(name));
  const [first = ""] = place.properties;
  const firstKnown = known.get(first);
  const isWritten = writes(field, mapped.system) && !place.readOnly;
  // Of a fact in several properties, such as an amount with its currency, the first one carries it.
  const unknown = missing.filter((name) => name === first);
  if (unknown.length > 0)
    return [
      {
        line: `${where(first)} does not exist, or Accord may not see it; correct its name, create it, or let the integration user see it`,
        severity: isWritten ? "stop" : "warn",
      },
    ];
  if (!firstKnown) return [];
  const fitting = FITTING[field.type];
  const fits = fitting.includes(firstKnown.type) || (!isWritten && field.type === "text");
  return [
    ...(isWritten && !firstKnown.writable
      ? stop(
          `${where(first)} cannot be written by Accord; permit it, map another property, or declare it readOnly`,
        )
      : []),
    ...(fits || (!isWritten && field.type === "choice")
      ? []
      : stop(
          `${where(first)} holds ${firstKnown.type}, which does not fit a field of type ${field.type}; expected ${fitting.join(" or ")}`,
        )),
    ...(isWritten ? checkLength(one, first, firstKnown) : []),
  ];
}

/** A codec that lets through more than the property holds is found out value by value, too late. */
function checkLength(
  { kind, field, mapped, place }: Place,
  property: string,
  { type, maxLength }: PropertyDescription,
): Misfit[] {
  if (type !== "text" || maxLength === undefined || field.type !== "text") return [];
  if (maxLength >= LONG_ENOUGH || isRefusal(place.codec.write("x".repeat(maxLength + 1))))
    return [];
  const line = `${kind.kind}.${field.name}: ${NAMES[mapped.system]} ${mapped.object}.${property} holds ${maxLength} characters, and the mapping lets longer values through; lengthen it, or give its codec maxLength ${maxLength}`;
  return [{ line, severity: "warn" }];
}

/** Nobody types more than this into a field of one line. */
const LONG_ENOUGH = 32_000;

/** The values that one side may hold, and the other has no word for. */
function checkCrossing(from: Place, places: readonly Place[]): Misfit[] {
  const { kind, field, mapped, place, known } = from;
  if (kind.lifecycle && field.name === kind.stageField) return [];
  const [property = ""] = place.properties;
  const options = known.get(property)?.options ?? [];
  const far = otherSystem(mapped.system);
  if (options.length === 0 || place.properties.length > 1 || !writes(field, far)) return [];
  return places
    .filter((one) => one.mapped.system === far && !one.place.readOnly)
    .flatMap((to) => {
      const target = to.place.properties[0] ?? "";
      const taken = to.known.get(target)?.options;
      const lacking = options.filter((option) => !canCross(place, to.place, { option, taken }));
      if (lacking.length === 0) return [];
      const named = lacking.map((option) => `'${option}'`).join(", ");
      const line = `${kind.kind}.${field.name}: ${NAMES[far]} ${to.mapped.object}.${target} lacks ${named} of ${NAMES[mapped.system]} ${mapped.object}.${property}; add them there, or map them to what it has`;
      return [{ line, severity: "warn" as const }];
    });
}

function canCross(
  from: FieldPlace,
  to: FieldPlace,
  { option, taken }: { readonly option: string; readonly taken: readonly string[] | undefined },
): boolean {
  const value = from.codec.read([option]);
  if (isRefusal(value)) return false;
  const raw = to.codec.write(value);
  if (isRefusal(raw)) return false;
  const [written] = raw;
  if (written === null || written === undefined || taken === undefined) return true;
  return taken.some((each) => each.toLowerCase() === written.toLowerCase());
}

function writes({ direction }: MappedField, system: System): boolean {
  return direction.way === "both" || direction.way === `to-${system}`;
}

function stop(line: string): Misfit[] {
  return [{ line, severity: "stop" }];
}
