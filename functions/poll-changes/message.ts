import * as z from "zod";

/**
 * Which object of which system to poll: for its changes, or to go over all of it, for its relations or
 * for what was deleted.
 */
export const pollMessage = z.strictObject({
  system: z.enum(["hubspot", "salesforce"]),
  object: z.string().min(1),
  what: z.enum(["changes", "relations", "links"]).default("changes"),
});
