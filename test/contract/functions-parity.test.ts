import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRoutes } from "../../functions/api/open-routes.ts";
import { ROUTES } from "../../functions/api/routes.ts";
import { workMessage } from "../../functions/work-runs/message.ts";
import { runCli } from "../../infra/cli/run-cli.ts";
import { writeApiFile } from "../../infra/local/api-file.ts";
import { startHttpServer } from "../../infra/local/host/http-server.ts";
import type { Listening } from "../../infra/local/host/listen.ts";
import type { SweepMessage } from "../../shared/parity/ports.ts";
import { NO_TALLY } from "../../shared/parity/tally.ts";
import { type Ask, apiWorld, askApi, CONTEXT } from "../support/ask-api.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { memorySweepStore } from "../support/memory-sweep-store.ts";

const home = mkdtempSync(join(tmpdir(), "accord-parity-"));
const sweeps = memorySweepStore();
const messages: SweepMessage[] = [];
let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;
let server: Listening;
let ask: Ask;

/** As many findings as the next sweep comes upon. */
let faults = 0;

/** A worker that is done with a sweep before anybody has asked how far it is. */
async function workAtOnce(sent: readonly SweepMessage[]): Promise<void> {
  messages.push(...sent);
  const [first] = sent;
  if (first?.step !== "parity-read") return;
  const of = { sweep: first.sweep, kind: "person", part: "a" };
  const contact = { system: "hubspot", object: "contacts", id: "7" } as const;
  const found = Array.from({ length: faults }, (_, index) => ({
    kind: "value-differs" as const,
    of: "person",
    key: `a${index}`,
    refs: [contact],
    field: "jobTitle",
    hubspot: "CEO",
    salesforce: null,
    known: "CEO",
    words: "jobTitle differs",
  }));
  await sweeps.changeSweep(first.sweep, { state: "done" }, "reading");
  await sweeps.keepResult(
    of,
    {},
    {
      tally: {
        ...NO_TALLY,
        read: { hubspot: 3, salesforce: 2 },
        hubspot: { both: 2, excluded: 1 },
        salesforce: { both: 2 },
        fields: { jobTitle: { compared: 2, equal: 2 - faults, explained: 0 } },
        findings: { "value-differs": faults },
      },
      findings: found,
      outsiders: [
        {
          of: "person",
          key: "a9",
          ref: contact,
          bucket: "excluded",
          reason: "no rule takes it across",
        },
      ],
      doubts: [],
    },
  );
}

beforeAll(async () => {
  dynamo = await openDynamoTables();
  const { world } = apiWorld(dynamo, {
    parity: {
      sweeps,
      queue: { send: workAtOnce },
      world: apiWorld(dynamo).world.desk.world,
    },
  });
  ask = askApi(world);
  const handle = openRoutes(ROUTES, world);
  const pool = {
    name: "api",
    invoke: async (event: unknown) => handle(event as Parameters<typeof handle>[0], CONTEXT),
    stop: async () => {},
  };
  const authorizer = async () => ({ sub: "olga", accord_role: "admin" });
  server = await startHttpServer({
    port: 0,
    routes: ["GET", "POST"].map((method) => ({
      routeKey: `${method} /api/{proxy+}`,
      target: { pool, guarded: false, authorizer },
    })),
    publish: async () => 0,
    invoke: () => undefined,
    log: () => {},
  });
  writeApiFile(home, {
    url: server.url,
    tokens: { viewer: "v", finance: "f", modeller: "m", admin: "a" },
  });
}, 60_000);

afterAll(async () => {
  await server?.stop();
  await dynamo?.stop();
  rmSync(home, { recursive: true, force: true });
});

async function accord(...args: string[]) {
  const said = { out: "", err: "" };
  const code = await runCli(args, {
    env: { ACCORD_HOME: home },
    columns: undefined,
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  });
  return { code, ...said };
}

describe("parity", { timeout: 30_000 }, () => {
  test("is started by an admin, in messages that the worker takes, and read by a viewer", async () => {
    const viewer = { sub: "vic", accord_role: "viewer" };
    const body = { kinds: ["opportunity"], repair: false, because: "month end" };
    expect((await ask("POST /api/parity", { as: viewer, body })).status).toBe(403);
    messages.length = 0;
    const { status, body: started } = await ask("POST /api/parity", { body });
    expect([status, started.kinds, started.repair]).toEqual([202, ["opportunity"], false]);
    expect(messages.map((message) => workMessage.parse(message))).toEqual(messages);
    expect(messages.map(({ step }) => step)).toEqual([
      "parity-read",
      "parity-read",
      "parity-read",
      "parity-relations",
    ]);
    expect((await ask(`GET /api/parity/${started.id}`, { as: viewer })).status).toBe(200);
    expect((await ask("GET /api/parity/none")).status).toBe(404);
    const ships = await ask("POST /api/parity", { body: { kinds: ["ship"], because: "x" } });
    expect([ships.status, ships.body.error]).toEqual([
      400,
      "there is no object ship; there are person, company, opportunity",
    ]);
  });

  test("ends the command with 0 where both sides agree, and shows a bridge that adds up", async () => {
    faults = 0;
    const { code, out } = await accord("parity", "--because", "month end");
    expect(code).toBe(0);
    expect(out).toMatch(/person +2 +2 +2 +0 +0 +100\.0000 %/);
    expect(out).toMatch(
      /in HubSpot +3\n.*only in HubSpot, excluded +1\nin both +2\nin Salesforce +2/,
    );
    expect(out).toContain("Nothing was found that no named place explains.");
  });

  test("ends the command with 1 where something was found, and lists it with both values", async () => {
    faults = 1;
    const { code, out, err } = await accord("parity", "--because", "month end");
    expect([code, err]).toEqual([1, "accord: 1 found that no named place explains\n"]);
    expect(out).toMatch(/person +2 +2 +1 +0 +1 +50\.0000 %/);
    const id = /^(parity-\S+): done/.exec(out)?.[1] ?? "";
    const findings = (await accord("parity", "findings", id)).out;
    expect(findings).toMatch(/person +value-differs +contacts 7 +jobTitle +CEO +- +CEO/);
    const none = await accord("parity", "findings", id, "--kind", "duplicate");
    expect(none.out).toBe("Nothing was found.\n");
    const excluded = await accord("parity", "outsiders", id, "--bucket", "excluded");
    expect(excluded.out).toMatch(/person +hubspot contacts 7 +excluded +no rule takes it across/);
    expect((await accord("parity", "list")).out).toMatch(new RegExp(`${id} +done .* 1 +olga`));
    expect((await accord("parity", "show", id, "--json")).out).toContain('"addsUp":true');
  });
});
