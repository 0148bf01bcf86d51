import type { Node } from "constructs";
import * as z from "zod";

/** What may differ between two deployments, given as `cdk deploy -c name=value`. */
const contextSchema = z.object({
  /** `observe` decides as ever and writes nothing to a CRM (P9). */
  mode: z.enum(["sync", "observe"]).default("sync"),
  hubspotBaseUrl: z.url().default("https://api.hubapi.com"),
  /** `https://test.salesforce.com` for sandboxes, or the org's own domain. */
  salesforceLoginUrl: z.url().default("https://login.salesforce.com"),
  /** Above 0 to 1: how much of the CRMs' limits backfills and runs may take of what live changes leave. */
  bulkShare: z.coerce.number().gt(0).max(1).default(1),
  /** The partner event bus that Salesforce's event relay made; without one, the account's default bus. */
  salesforceEventBus: z.string().min(1).optional(),
  /** Who signs the tokens that `/api` takes, such as a Cognito pool; it publishes its keys there. */
  apiIssuer: z.url({ protocol: /^https$/ }).optional(),
  /** For whom they are signed: an app client's id; several are given with commas between them. */
  apiAudience: z.string().min(1).optional(),
});

const settingsSchema = contextSchema.transform(({ apiIssuer, apiAudience, ...rest }, context) => {
  if ((apiIssuer === undefined) !== (apiAudience === undefined))
    context.addIssue("apiIssuer and apiAudience belong together: give both, or neither");
  const isGiven = apiIssuer !== undefined && apiAudience !== undefined;
  const tokens = isGiven ? { issuer: apiIssuer, audience: apiAudience.split(",") } : undefined;
  return { ...rest, tokens };
});

export type Settings = z.infer<typeof settingsSchema>;

/** Whose tokens the API takes; without them, it asks for an AWS identity. */
export type Tokens = NonNullable<Settings["tokens"]>;

/** Reads the settings from the context. A value that is not understood stops the synthesis. */
export function readSettings(node: Node): Settings {
  const names = Object.keys(contextSchema.shape);
  const given = names.map((name): [string, unknown] => [name, node.tryGetContext(name)]);
  return settingsSchema.parse(Object.fromEntries(given));
}
