import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type HubspotSimulator,
  startHubspotSimulator,
} from "../../infra/simulators/hubspot/start-hubspot.ts";
import { countedWrites } from "../support/crm-reader.ts";
import { type Ended, killAccordAt, newHome, runAccord } from "../support/running-accord.ts";
import { smallDataFolder } from "../support/small-data.ts";

const home = newHome();
const data = smallDataFolder();
let taken: Server;
let takenPort = "";

beforeAll(async () => {
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const address = taken.address();
  takenPort = typeof address === "object" && address ? String(address.port) : "";
});

afterAll(async () => {
  await new Promise((resolve) => taken.close(resolve));
  for (const folder of [home, data]) rmSync(folder, { recursive: true, force: true });
});

/** What went wrong is the last line of stderr, and the only one of its kind. */
function reasonOf({ stderr }: Ended): string {
  const reasons = stderr.split("\n").filter((line) => line.startsWith("accord: "));
  expect(reasons).toHaveLength(1);
  expect(stderr.trimEnd().split("\n").at(-1)).toBe(reasons[0]);
  return reasons[0] ?? "";
}

test("an option that is not known ends the command at once with 2 and one line", async () => {
  const ended = await runAccord({ home, args: ["--bogus"] });
  expect(reasonOf(ended)).toContain("Unknown option '--bogus'");
  expect(ended.code).toBe(2);
});

test.each(["ACCORD_PORT", "HUBSPOT_SIMULATOR_PORT", "SALESFORCE_SIMULATOR_PORT"])(
  "%s that is in use ends the command with one line that names it",
  async (name) => {
    const args = ["--data", data, "--once"];
    const ended = await runAccord({ home, args, env: { [name]: takenPort } });
    expect(reasonOf(ended)).toMatch(new RegExp(`${takenPort} is in use.*${name}`));
    expect(ended.code).toBe(2);
  },
);

test("a data file with a bad line is named with the line, and once mended it is loaded whole", async () => {
  const folder = smallDataFolder();
  const file = join(folder, "hubspot.contacts.ndjson");
  const good = readFileSync(file, "utf8");
  writeFileSync(file, good.replace('{"id":"203"', '{"id":203"'));
  const args = ["--data", folder, "--once"];
  const refused = await runAccord({ home, args });
  expect(reasonOf(refused)).toContain("hubspot.contacts.ndjson line 3: not JSON");
  expect(refused.code).toBe(2);
  writeFileSync(file, good);
  await killAccordAt(/^Loaded 8 records into the simulated CRMs$/, { home, args });
  rmSync(folder, { recursive: true, force: true });
});

test("a data folder that is not there is named", async () => {
  const ended = await runAccord({ home, args: ["--data", join(home, "nowhere"), "--once"] });
  expect(reasonOf(ended)).toMatch(/nowhere: there is no such folder$/);
  expect(ended.code).toBe(2);
});

describe("against a HubSpot that does not let us in", () => {
  let hubspot: HubspotSimulator;
  const args = ["--once", "--create-fields"];

  async function runAgainst(token: string) {
    const env = { HUBSPOT_BASE_URL: hubspot.url, HUBSPOT_ACCESS_TOKEN: token };
    return await runAccord({ home, args, env });
  }

  test("a wrong access token is told as such, without showing it", async () => {
    hubspot = await startHubspotSimulator({ port: 0, accessToken: "right-one" });
    const ended = await runAgainst("wrong-one");
    expect(reasonOf(ended)).toMatch(
      /^accord: HUBSPOT_ACCESS_TOKEN is not accepted by 127[.]0[.]0[.]1:/,
    );
    expect(`${ended.stdout}${ended.stderr}`).not.toContain("wrong-one");
    expect(ended.code).toBe(1);
    expect(await countedWrites(hubspot.url)).toMatchObject({ creates: 0, updates: 0 });
    await hubspot.stop();
  });

  test("a scope that the token lacks is named", async () => {
    const missingScopes = ["crm.objects.contacts.read"];
    hubspot = await startHubspotSimulator({ port: 0, accessToken: "right-one", missingScopes });
    const ended = await runAgainst("right-one");
    expect(reasonOf(ended)).toContain("crm.objects.contacts.read");
    expect(ended.code).toBe(1);
    await hubspot.stop();
  });
});
