import * as z from "zod";
import type { RawValue } from "../core/codec/codec.ts";
import { type Hint, type Ref, refKey, type SeenRelation, type SeenValue } from "../sync/ports.ts";
import { OWNER_PROPERTY } from "./owner-directory.ts";

const objectId = z.coerce.string().regex(/^\d+$/);

/**
 * One event of a webhook call, in either of HubSpot's forms: `contact.…`, or `object.…` with a type
 * id. Fields that Accord does not use are left out. Source: webhooks guide, read 2026-11-21.
 */
const webhookEvent = z.object({
  subscriptionType: z.string().optional(),
  eventType: z.string().optional(),
  occurredAt: z.number(),
  objectId: objectId.optional(),
  objectTypeId: z.string().optional(),
  propertyName: z.string().optional(),
  propertyValue: z.string().nullish(),
  isSensitive: z.boolean().optional(),
  newObjectId: objectId.nullish(),
  primaryObjectId: objectId.nullish(),
  mergedObjectIds: z.array(objectId).nullish(),
  fromObjectId: objectId.optional(),
  toObjectId: objectId.optional(),
  associationType: z.string().optional(),
  associationRemoved: z.boolean().optional(),
  fromObjectTypeId: z.string().optional(),
  toObjectTypeId: z.string().optional(),
});

/** The body of a webhook call. */
export const webhookBatch = z.array(webhookEvent);

export type WebhookEvent = z.infer<typeof webhookEvent>;

export interface IgnoredEvent {
  readonly eventType: string;
  readonly reason: string;
}

const OBJECTS: Readonly<Record<string, string>> = {
  contact: "contacts",
  company: "companies",
  deal: "deals",
  "0-1": "contacts",
  "0-2": "companies",
  "0-3": "deals",
};

/** Longer values are not watched, and a message has to stay small. */
const LONGEST_SIGHTING = 1000;
const MOST_SIGHTINGS = 50;

/** What HubSpot puts in place of a sensitive value. */
const REDACTED = "REDACTED";

/**
 * What there is to look at again. Events of one record become one hint, which carries the latest value
 * of each property they name. Deliveries are repeated and out of order, so nothing more is made of them.
 *
 * @param objectsByTypeId - Further objects that are mapped.
 */
export function hintsOf(
  events: readonly WebhookEvent[],
  objectsByTypeId: Readonly<Record<string, string>> = {},
): {
  readonly hints: readonly Hint[];
  readonly ignored: readonly IgnoredEvent[];
} {
  const sightings = new Map<string, Sighting>();
  const ignored: IgnoredEvent[] = [];
  for (const event of [...events].sort((left, right) => left.occurredAt - right.occurredAt)) {
    const seen = refsOf(event, objectsByTypeId);
    if ("reason" in seen) ignored.push(seen);
    else for (const ref of seen.refs) note(sightings, ref, event);
  }
  return { hints: [...sightings.values()].map(hintOf), ignored };
}

interface Sighting {
  readonly ref: Ref;
  readonly evidence: Record<string, RawValue>;
  readonly relations: SeenRelation[];
  readonly sightings: SeenValue[];
  created: boolean;
  /** The last thing that happened which no property value tells. */
  because: string | undefined;
}

function note(sightings: Map<string, Sighting>, ref: Ref, event: WebhookEvent): void {
  const key = refKey(ref);
  const sighting = sightings.get(key) ?? emptySighting(ref);
  sightings.set(key, sighting);
  const value = evidenceOf(event);
  const relation = relationOf(event);
  if (value) {
    sighting.evidence[value.property] = value.raw;
    if ((value.raw ?? "").length <= LONGEST_SIGHTING && sighting.sightings.length < MOST_SIGHTINGS)
      sighting.sightings.push({ ...value, atMs: event.occurredAt });
  } else if (relation) sighting.relations.push(relation);
  else if (changeOf(event) === "creation") sighting.created = true;
  else sighting.because = typeOf(event);
}

function emptySighting(ref: Ref): Sighting {
  return { ref, evidence: {}, relations: [], sightings: [], created: false, because: undefined };
}

/** Evidence alone may dismiss a hint, so one that is about more says so. */
function hintOf({ ref, evidence, relations, sightings, created, because }: Sighting): Hint {
  const tells = Object.keys(evidence).length > 0 || relations.length > 0 || created;
  if (!tells) return { ref };
  return {
    ref,
    ...(Object.keys(evidence).length > 0 ? { evidence } : {}),
    ...(relations.length > 0 ? { relations } : {}),
    ...(sightings.length > 0 ? { sightings } : {}),
    ...(created ? { created } : {}),
    ...(because === undefined ? {} : { because }),
  };
}

/** The other end of a deal's association, and whether the two are associated now. */
function relationOf(event: WebhookEvent): SeenRelation | undefined {
  const ends = dealEnds(event);
  if (changeOf(event) !== "associationChange" || !ends?.otherObject || !ends.otherId)
    return undefined;
  if (event.associationRemoved === undefined) return undefined;
  return { object: ends.otherObject, id: ends.otherId, present: !event.associationRemoved };
}

/** An owner arrives as an id, which is no value of ours. */
function evidenceOf(event: WebhookEvent) {
  const { propertyName, propertyValue, isSensitive } = event;
  const isHidden = isSensitive === true || propertyValue === REDACTED;
  if (changeOf(event) !== "propertyChange" || !propertyName || isHidden) return undefined;
  if (propertyName === OWNER_PROPERTY || propertyValue === undefined) return undefined;
  return { property: propertyName, raw: propertyValue || null };
}

function typeOf({ subscriptionType, eventType }: WebhookEvent): string {
  return subscriptionType ?? eventType ?? "";
}

function changeOf(event: WebhookEvent): string {
  return typeOf(event).split(".")[1] ?? "";
}

function objectOf(event: WebhookEvent): string | undefined {
  const [prefix = ""] = typeOf(event).split(".");
  return OBJECTS[prefix] ?? OBJECTS[event.objectTypeId ?? ""];
}

function refsOf(
  event: WebhookEvent,
  objectsByTypeId: Readonly<Record<string, string>>,
): { readonly refs: readonly Ref[] } | IgnoredEvent {
  const eventType = typeOf(event);
  if (changeOf(event) === "associationChange") return dealOf(event);
  const object = objectOf(event) ?? objectsByTypeId[event.objectTypeId ?? ""];
  if (!object) return { eventType, reason: "no mapping has this kind of object" };
  const ids =
    changeOf(event) === "merge"
      ? [event.newObjectId, event.primaryObjectId, ...(event.mergedObjectIds ?? []), event.objectId]
      : [event.objectId];
  const named = [...new Set(ids)].filter((id) => typeof id === "string");
  if (named.length === 0) return { eventType, reason: "the event names no record" };
  return { refs: named.map((id) => ({ system: "hubspot", object, id })) };
}

/** Accord relates people and companies to deals alone, and reads all of it off the deal. */
function dealOf(event: WebhookEvent): { readonly refs: readonly Ref[] } | IgnoredEvent {
  const id = dealEnds(event)?.dealId;
  if (id !== undefined) return { refs: [{ system: "hubspot", object: "deals", id }] };
  return { eventType: typeOf(event), reason: "only associations of deals are kept in agreement" };
}

/** The two ends of an association of a deal; the event is sent from either side. */
function dealEnds(event: WebhookEvent) {
  const [from = "", to = ""] = (event.associationType ?? "").toLowerCase().split("_to_");
  const fromObject = OBJECTS[event.fromObjectTypeId ?? ""] ?? OBJECTS[from];
  const toObject = OBJECTS[event.toObjectTypeId ?? ""] ?? OBJECTS[to];
  const { fromObjectId, toObjectId } = event;
  if (fromObject === "deals")
    return { dealId: fromObjectId, otherObject: toObject, otherId: toObjectId };
  if (toObject === "deals")
    return { dealId: toObjectId, otherObject: fromObject, otherId: fromObjectId };
  return undefined;
}
