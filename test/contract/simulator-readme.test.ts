import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type HubspotSimulator,
  startHubspotSimulator,
} from "../../infra/simulators/hubspot/start-hubspot.ts";
import {
  type SalesforceSimulator,
  startSalesforceSimulator,
} from "../../infra/simulators/salesforce/start-salesforce.ts";

const run = promisify(execFile);
const PAGE = readFileSync("infra/simulators/README.md", "utf8");
const [START = "", WORDS = "", ...EXAMPLES] = [...PAGE.matchAll(/^```sh\n(.*?)^```$/gms)].map(
  ([, script = ""]) => script,
);

let hubspot: HubspotSimulator;
let salesforce: SalesforceSimulator;
const folder = mkdtempSync(join(tmpdir(), "simulators-page-"));
beforeAll(async () => {
  hubspot = await startHubspotSimulator({ port: 0 });
  salesforce = await startSalesforceSimulator({ port: 0 });
});
afterAll(async () => {
  await Promise.all([hubspot.stop(), salesforce.stop()]);
  rmSync(folder, { recursive: true });
});

test("the page says how both are started by themselves", async () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  const [, npmScript, options = ""] = /^npm run (\S+) -- (.*)\n$/.exec(START) ?? [];
  const [, file = ""] = /^node (\S+)$/.exec(scripts[npmScript ?? ""]) ?? [];
  const { stdout } = await run(process.execPath, [resolve(file), ...options.split(" ")]);
  expect(stdout).toContain("npm run simulators");
}, 30_000);

test.each(EXAMPLES.map((script) => [script.split("\n")[0], script]))(
  "an example of the page works as it stands: %s",
  async (_first, script) => {
    // One `curl` that fails ends its script, and the script this test.
    await run("bash", ["-euo", "pipefail", "-c", WORDS + script], {
      cwd: folder,
      env: {
        PATH: process.env["PATH"],
        HUBSPOT: hubspot.url,
        SALESFORCE: salesforce.url,
        no_proxy: "127.0.0.1",
      },
    });
  },
  30_000,
);

test("every command of the page fails where its answer is a failure", () => {
  const commands = EXAMPLES.join("").match(/\bcurl\b.*/g) ?? [];
  expect(commands.length).toBeGreaterThan(40);
  expect(commands.filter((command) => !command.startsWith("curl -fsS "))).toEqual([]);
});
