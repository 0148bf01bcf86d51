import * as z from "zod";

/** Which object of which system to poll: for its changes, or to go over the relations of all of it. */
export const pollMessage = z.strictObject({
  system: z.enum(["hubspot", "salesforce"]),
  object: z.string().min(1),
  what: z.enum(["changes", "relations"]).default("changes"),
});
