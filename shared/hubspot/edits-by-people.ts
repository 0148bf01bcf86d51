import type { PersonsEdit, Ref } from "../sync/ports.ts";
import type { HubspotContext } from "./hubspot-context.ts";
import { historiesOf, newestOf, sourceOf, type Version } from "./property-history.ts";

/** Sources behind which a person stands, whether or not HubSpot names the user (unverified which it does). */
const PEOPLE = new Set(["CRM_UI", "FORM", "IMPORT", "MOBILE_ANDROID", "MOBILE_IOS"]);

/**
 * Values that people gave records of ours, of every property that can be written. Workflows, calculations and
 * other apps are no people. Whoever gave our own id is us, should HubSpot name a user for us.
 */
export async function editsByPeople(
  context: HubspotContext,
  refs: readonly Ref[],
): Promise<ReadonlyMap<string, readonly PersonsEdit[]>> {
  const objects = [...new Set(refs.map(({ object }) => object))];
  const names = await Promise.all(
    objects.map(async (object) => {
      const definitions = await context.definitions.of(object, []);
      const writable = [...definitions].filter(([, { readOnly }]) => !readOnly);
      return [object, writable.map(([name]) => name)] as const;
    }),
  );
  const byObject = new Map(names);
  const histories = await historiesOf(context, refs, (object) => byObject.get(object) ?? []);
  const idProperties = new Set(objects.map((object) => context.shapeOf(object).idProperty));
  return new Map(
    [...histories].map(([key, history]) => {
      const newest = newestOf(history);
      const ours = newest.find(([property]) => idProperties.has(property))?.[1];
      const edits = newest
        .filter(([, version]) => isOfPerson(version) && !isSameSource(version, ours))
        .map(([property, { value }]) => ({ property, value: value ?? null }));
      return [key, edits] as const;
    }),
  );
}

function isOfPerson({ sourceType, sourceId, updatedByUserId }: Version): boolean {
  return (
    PEOPLE.has(sourceType ?? "") ||
    Boolean(updatedByUserId) ||
    (sourceId ?? "").startsWith("userId:")
  );
}

function isSameSource(one: Version, other: Version | undefined): boolean {
  return other !== undefined && sourceOf(one) === sourceOf(other);
}
