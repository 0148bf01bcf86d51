/**
 * HubSpot's current version. The paths that the client was generated from end in 2027: v4 in March,
 * v3 in September. Source: HubSpot changelog of 2026-09-15, read 2026-11-21.
 */
const VERSION = "2026-09";

const SUCCESSORS = [
  [/^\/crm\/v3\/objects\//, `/crm/objects/${VERSION}/`],
  [/^\/crm\/v4\/associations\//, `/crm/associations/${VERSION}/`],
  [/^\/crm\/v3\/properties\//, `/crm/properties/${VERSION}/`],
  [/^\/crm\/v3\/owners\/?$/, `/crm/owners/${VERSION}`],
] as const;

/** The same request on its date-versioned path. */
export function datedUrl(url: string): string {
  const dated = new URL(url);
  for (const [old, successor] of SUCCESSORS)
    dated.pathname = dated.pathname.replace(old, successor);
  return dated.href;
}
