import type { Node } from "constructs";
import * as z from "zod";

/** What may differ between two deployments, given as `cdk deploy -c name=value`. */
const settingsSchema = z.object({
  /** `observe` decides as ever and writes nothing to a CRM (P9). */
  mode: z.enum(["sync", "observe"]).default("sync"),
  hubspotBaseUrl: z.url().default("https://api.hubapi.com"),
  /** `https://test.salesforce.com` for sandboxes, or the org's own domain. */
  salesforceLoginUrl: z.url().default("https://login.salesforce.com"),
  /** The partner event bus that Salesforce's event relay made; without one, the account's default bus. */
  salesforceEventBus: z.string().min(1).optional(),
});

export type Settings = z.infer<typeof settingsSchema>;

/** Reads the settings from the context. A value that is not understood stops the synthesis. */
export function readSettings(node: Node): Settings {
  const names = Object.keys(settingsSchema.shape);
  const given = names.map((name): [string, unknown] => [name, node.tryGetContext(name)]);
  return settingsSchema.parse(Object.fromEntries(given));
}
