import { describe, expect, test } from "vitest";
import { parseCrmSettings } from "../../../infra/local/crm-settings.ts";
import {
  checkDelay,
  parseOptions,
  parsePorts,
  parseThreads,
  UsageError,
} from "../../../infra/local/options.ts";

const SALESFORCE = {
  SALESFORCE_CLIENT_ID: "id",
  SALESFORCE_CLIENT_SECRET: "s",
  SALESFORCE_LOGIN_URL: "https://a.my.salesforce.com/",
};

describe("what cannot be meant is refused by its name", () => {
  test.each<[string, () => unknown]>([
    ["Unknown option '--bogus'", () => parseOptions(["--bogus"])],
    ["Option '--data <value>' argument missing", () => parseOptions(["--data"])],
    ["ACCORD_PORT is 'seventy'; expected a port", () => parsePorts({ ACCORD_PORT: "seventy" })],
    [
      "ACCORD_THREADS is '1'; expected a number from 2",
      () => parseThreads({ ACCORD_THREADS: "1" }),
    ],
    ["HUBSPOT_SIMULATOR_PORT is '70000'", () => parsePorts({ HUBSPOT_SIMULATOR_PORT: "70000" })],
    ["SIMULATOR_DELAY_MS is 'slow'", () => checkDelay({ SIMULATOR_DELAY_MS: "slow" })],
    [
      "SALESFORCE_LOGIN_URL is missing",
      () => parseCrmSettings({ ...SALESFORCE, SALESFORCE_LOGIN_URL: undefined }),
    ],
    [
      "so has to be SALESFORCE_CLIENT_SECRET",
      () => parseCrmSettings({ ...SALESFORCE, SALESFORCE_CLIENT_SECRET: "" }),
    ],
    [
      "SALESFORCE_LOGIN_URL is 'here'; expected an address",
      () => parseCrmSettings({ ...SALESFORCE, SALESFORCE_LOGIN_URL: "here" }),
    ],
    [
      "HUBSPOT_BASE_URL is 'ftp://x'",
      () => parseCrmSettings({ HUBSPOT_ACCESS_TOKEN: "t", HUBSPOT_BASE_URL: "ftp://x" }),
    ],
  ])("%s", (reason, parse) => {
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(reason);
  });
});

test("a side is real when the environment gives what opens it", () => {
  expect(parseCrmSettings({})).toEqual({ hubspot: undefined, salesforce: undefined });
  expect(parseCrmSettings({ ...SALESFORCE, HUBSPOT_ACCESS_TOKEN: "t" })).toMatchObject({
    hubspot: { url: "https://api.hubapi.com", secret: { accessToken: "t" } },
    salesforce: { url: "https://a.my.salesforce.com", secret: { clientId: "id" } },
  });
});

test("a key in one line, as an environment often holds it, is a PEM", () => {
  const { salesforce } = parseCrmSettings({
    ...SALESFORCE,
    SALESFORCE_USERNAME: "u",
    SALESFORCE_PRIVATE_KEY: "a\\nb",
  });
  expect(salesforce?.secret).toMatchObject({ username: "u", privateKey: "a\nb" });
});
