import * as z from "zod";

/** Which object of which system to poll. */
export const pollMessage = z.strictObject({
  system: z.enum(["hubspot", "salesforce"]),
  object: z.string().min(1),
});
