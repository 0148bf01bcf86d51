import type { LastEdit, Ref } from "../sync/ports.ts";
import type { HubspotContext } from "./hubspot-context.ts";
import { historiesOf, newestOf, sourceOf } from "./property-history.ts";

/** When properties last changed, and by whom, by HubSpot's own history of them. */
export async function lastEdits(
  context: HubspotContext,
  refs: readonly Ref[],
  properties: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, LastEdit>>>> {
  if (properties.length === 0) return new Map();
  const histories = await historiesOf(context, refs, () => properties);
  return new Map(
    [...histories].map(([key, history]) => {
      const edits = newestOf(history).map(([property, version]) => {
        const by = sourceOf(version);
        return [property, { atMs: version.timestamp.getTime(), ...(by ? { by } : {}) }] as const;
      });
      return [key, Object.fromEntries(edits)] as const;
    }),
  );
}
