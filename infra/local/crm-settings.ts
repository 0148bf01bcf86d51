import { UsageError } from "./options.ts";

/** Where a CRM is and what opens it, as the environment says; undefined: it is simulated. */
interface RealCrm {
  readonly url: string;
  readonly secret: Readonly<Record<string, string>>;
}

export interface CrmSettings {
  readonly hubspot: RealCrm | undefined;
  readonly salesforce: RealCrm | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A side is real when its `HUBSPOT_ACCESS_TOKEN` or `SALESFORCE_CLIENT_ID` is set. */
export function parseCrmSettings(env: Environment): CrmSettings {
  return { hubspot: realHubspot(env), salesforce: realSalesforce(env) };
}

function realHubspot(env: Environment): RealCrm | undefined {
  const accessToken = env["HUBSPOT_ACCESS_TOKEN"];
  if (!accessToken) return undefined;
  // Without the app's secret no webhook can be checked, and none is taken: polls bring the changes.
  const clientSecret = env["HUBSPOT_CLIENT_SECRET"] || crypto.randomUUID();
  const url = checkedUrl("HUBSPOT_BASE_URL", env["HUBSPOT_BASE_URL"] || "https://api.hubapi.com");
  return { url, secret: { accessToken, clientSecret } };
}

function realSalesforce(env: Environment): RealCrm | undefined {
  const clientId = env["SALESFORCE_CLIENT_ID"];
  if (!clientId) return undefined;
  const loginUrl = env["SALESFORCE_LOGIN_URL"];
  if (!loginUrl)
    throw new UsageError(
      "SALESFORCE_LOGIN_URL is missing; expected the org's address, https://YOURS.my.salesforce.com",
    );
  const messageToken = env["SALESFORCE_MESSAGE_TOKEN"] || crypto.randomUUID();
  const url = checkedUrl("SALESFORCE_LOGIN_URL", loginUrl);
  return { url, secret: { clientId, messageToken, ...salesforceGrant(env) } };
}

function salesforceGrant(env: Environment): Record<string, string> {
  const username = env["SALESFORCE_USERNAME"];
  const privateKey = env["SALESFORCE_PRIVATE_KEY"];
  const clientSecret = env["SALESFORCE_CLIENT_SECRET"];
  if (username && privateKey) return { username, privateKey: privateKey.replaceAll("\\n", "\n") };
  if (clientSecret) return { clientSecret };
  throw new UsageError(
    "SALESFORCE_CLIENT_ID is set, and so has to be SALESFORCE_CLIENT_SECRET, or SALESFORCE_USERNAME with SALESFORCE_PRIVATE_KEY",
  );
}

function checkedUrl(name: string, text: string): string {
  const url = URL.parse(text);
  if (url && (url.protocol === "https:" || url.protocol === "http:"))
    return text.replace(/\/+$/, "");
  throw new UsageError(`${name} is '${text}'; expected an address such as https://api.hubapi.com`);
}
