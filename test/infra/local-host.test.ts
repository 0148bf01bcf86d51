import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Host, type HostOptions, startHost } from "../../infra/local/host/host.ts";
import { synthesizeSmallApp } from "./fixtures/small-app.ts";

const SLOW = { timeout: 60_000 };
const SOON = { timeout: 25_000, interval: 50 };
const work = mkdtempSync(join(tmpdir(), "accord-host-"));
const journal = join(work, "journal");
const lines: string[] = [];

function options(assemblyDir: string, given: Partial<HostOptions> = {}): HostOptions {
  return {
    assemblyDir,
    stateDir: join(work, "state"),
    port: 0,
    secrets: { "small/secret": { token: "t0" } },
    environment: {},
    log: (line) => lines.push(line),
    ...given,
  };
}

function journalled(): unknown[] {
  if (!existsSync(journal)) return [];
  return readFileSync(journal, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

let assembly: string;
let host: Host;

beforeAll(async () => {
  assembly = await synthesizeSmallApp(journal);
  host = await startHost(options(assembly));
  await host.invoke("sender", ["early"]);
}, 60_000);

afterAll(async () => {
  await host.stop();
  rmSync(work, { recursive: true, force: true });
});

describe("the HTTP API", () => {
  test("hands a request to the function of its route, in format 2.0", SLOW, async () => {
    const response = await fetch(`${host.url}/things/a%20b?x=1&x=2`, {
      method: "POST",
      body: '{"é":1}',
      headers: { "content-type": "application/json", cookie: "c=1; d=2" },
    });
    expect(await response.json()).toMatchObject({
      version: "2.0",
      routeKey: "POST /things/{id}",
      rawPath: "/things/a b",
      rawQueryString: "x=1&x=2",
      queryStringParameters: { x: "1,2" },
      pathParameters: { id: "a b" },
      cookies: ["c=1", "d=2"],
      headers: { "content-type": "application/json", "x-forwarded-proto": "http" },
      requestContext: { http: { method: "POST" }, stage: "$default" },
      body: '{"é":1}',
      isBase64Encoded: false,
    });
  });

  test("passes bytes on unchanged", async () => {
    const response = await fetch(`${host.url}/things/1`, {
      method: "POST",
      body: Buffer.from([0, 255]),
    });
    expect(await response.json()).toMatchObject({ body: "AP8=", isBase64Encoded: true });
  });

  test("gives back the status, headers, cookies and text that the function asks for", async () => {
    const response = await fetch(`${host.url}/things/teapot`, { method: "POST" });
    expect(response.status).toBe(418);
    expect(response.headers.get("x-kind")).toBe("pot");
    expect(response.headers.getSetCookie()).toEqual(["a=1"]);
    expect(await response.text()).toBe("short");
  });

  test.each([
    ["GET", "/things/1"],
    ["POST", "/things"],
    ["POST", "/things/1/2"],
    ["POST", "/"],
  ])("has no route for %s %s", async (method, path) => {
    expect((await fetch(host.url + path, { method })).status).toBe(404);
  });

  test("refuses a body of more than 10 MB", SLOW, async () => {
    const body = Buffer.alloc(10 * 1024 * 1024 + 1);
    expect((await fetch(`${host.url}/things/1`, { method: "POST", body })).status).toBe(413);
  });

  test("keeps routes that ask for an identity from web pages and from outside", async () => {
    const ask = async (headers: Record<string, string>) =>
      (await fetch(`${host.url}/guarded/a/b`, { headers })).status;
    expect(await ask({})).toBe(200);
    expect(await ask({ origin: "https://elsewhere.example" })).toBe(403);
    expect(await ask({ origin: "null" })).toBe(403);
  });
});

describe("functions", () => {
  test("find their tables and secrets through the SDK", SLOW, async () => {
    expect(await host.invoke("keeper", "kept")).toEqual({
      kept: "kept",
      secret: '{"token":"t0"}',
    });
  });

  test("keep what they have loaded, and know how long they may run", async () => {
    const first = await host.invoke("small-slow", "");
    const second = await host.invoke("slow", "");
    expect([first, second]).toMatchObject([{ calls: 1 }, { calls: 2, name: "small-slow" }]);
    expect(second).toHaveProperty("remainingMs", expect.closeTo(1000, -2));
  });

  test("fail with their own error", async () => {
    const failing = host.invoke("slow", "not at all");
    await expect(failing).rejects.toMatchObject({ name: "RangeError", message: "as asked" });
  });

  test("are ended when their time is over, and start afresh", SLOW, async () => {
    await expect(host.invoke("slow", "for ever")).rejects.toThrow("timed out after 1 seconds");
    expect(await host.invoke("slow", "")).toMatchObject({ calls: 1 });
  });

  test("that do not exist are named", async () => {
    await expect(async () => host.invoke("nobody", {})).rejects.toThrow("no function nobody");
  });
});

describe("queues", () => {
  test("what comes before they are opened waits in them", SLOW, async () => {
    expect(JSON.stringify(journalled())).not.toContain("early");
    const waiting = Object.values(await host.queueDepths()).map(({ visible }) => visible);
    expect(waiting.reduce((sum, one) => sum + one, 0)).toBe(1);
    host.startEventSources();
    await vi.waitFor(() => expect(journalled()).toContainEqual({ batch: ["early"] }), SOON);
  });

  test("a batch is as full as it gets within its window", SLOW, async () => {
    const texts = Array.from({ length: 25 }, (_, index) => `window ${index}`);
    await host.invoke("sender", texts);
    const batches = () => JSON.stringify(journalled().filter((line) => Object(line).batch));
    await vi.waitFor(() => {
      for (const text of texts) expect(batches()).toContain(`"${text}"`);
    }, SOON);
    const sizes = journalled()
      .filter((line) => JSON.stringify(line).includes("window"))
      .flatMap((line) => Object(line).batch?.length ?? []);
    // One or two pollers share them; without a window there would be a batch for each call.
    expect(sizes.length).toBeLessThanOrEqual(2);
  });

  test("only what failed comes back, and ends in the dead-letter queue", SLOW, async () => {
    await host.invoke("sender", ["good 1", "bad", "good 2"]);
    await vi.waitFor(async () => {
      const depths = await host.queueDepths();
      expect(depths["dead"]).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
      expect(depths["jobs"]).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    }, SOON);
    const seen = journalled().flatMap((line) => Object(line).batch ?? []);
    expect(seen.filter((text) => text === "bad")).toHaveLength(2);
    expect(seen.filter((text) => String(text).startsWith("good"))).toHaveLength(2);
  });

  test("a message whose worker ran out of time comes back", SLOW, async () => {
    await host.invoke("sender", ["hang once"]);
    await vi.waitFor(() => expect(journalled()).toContainEqual({ batch: ["hang once"] }), SOON);
  });
});

describe("events", () => {
  const publish = (...given: unknown[]) =>
    fetch(`${host.url}/_local/events`, { method: "POST", body: JSON.stringify(given) });
  const event = (type: string, change: Record<string, unknown> = {}) => ({
    source: "shop/1",
    "detail-type": type,
    detail: { kind: "sale" },
    ...change,
  });

  test("reach the functions whose rules they match", SLOW, async () => {
    const response = await publish(
      event("right"),
      event("wrong source", { source: "market/1" }),
      event("wrong detail", { detail: { kind: "return" } }),
    );
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ deliveries: 1 });
    await vi.waitFor(() => expect(journalled()).toContainEqual({ event: "right" }), SOON);
    expect(JSON.stringify(journalled())).not.toContain("wrong");
  });

  test("that fail are tried again, and then set aside", SLOW, async () => {
    const before = (await host.queueDepths())["dead"]?.visible ?? 0;
    await publish(event("disliked", { detail: { kind: "sale", fail: true } }));
    await vi.waitFor(async () => {
      expect((await host.queueDepths())["dead"]?.visible).toBe(before + 1);
    }, SOON);
    const tries = journalled().filter((line) => Object(line).event === "disliked");
    expect(tries).toHaveLength(2);
    expect(lines.join("\n")).toContain("an event that is not liked");
  });

  test("go whole to the queues whose rules they match", SLOW, async () => {
    await publish(event("stock", { source: "depot/1" }));
    const texts = () => journalled().flatMap((line): string[] => Object(line).batch ?? []);
    await vi.waitFor(
      () =>
        expect(
          texts()
            .filter((text) => text.startsWith("{"))
            .map((text) => JSON.parse(text)),
        ).toEqual([
          expect.objectContaining({
            source: "depot/1",
            "detail-type": "stock",
            region: "us-east-1",
          }),
        ]),
      SOON,
    );
  });

  test("must be a list", async () => {
    const response = await fetch(`${host.url}/_local/events`, { method: "POST", body: "{}" });
    expect(response.status).toBe(400);
  });
});

test("schedules run once they are started, with their input", SLOW, async () => {
  expect(JSON.stringify(journalled())).not.toContain("scheduled");
  host.startSchedules();
  await vi.waitFor(
    () => expect(journalled()).toContainEqual({ scheduled: { object: "Account" } }),
    SOON,
  );
});

describe("a second run", () => {
  test("after kill -9 works on at once on what was in flight", { timeout: 60_000 }, async () => {
    const slowApp = await synthesizeSmallApp(journal, { visibilitySeconds: 300 });
    const stateDir = join(work, "killed");
    rmSync(journal, { force: true });
    const script = fileURLToPath(new URL("./fixtures/run-host.ts", import.meta.url));
    const child = spawn(process.execPath, [script, slowApp, stateDir, "hang once"], {
      stdio: "ignore",
    });
    await vi.waitFor(() => expect(journalled()).toEqual(["hangs"]), SOON);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
    const next = await startHost(options(slowApp, { stateDir }));
    next.startEventSources();
    try {
      const again = { batch: ["hang once"] };
      await vi.waitFor(() => expect(journalled()).toEqual(["hangs", again]), SOON);
    } finally {
      await next.stop();
    }
  });

  test("finds the tables as they were left", SLOW, async () => {
    const stateDir = join(work, "kept");
    const first = await startHost(options(assembly, { stateDir }));
    await first.invoke("keeper", "from the first run");
    await first.stop();
    const second = await startHost(options(assembly, { stateDir }));
    expect(await second.invoke("keeper", null)).toMatchObject({ kept: "from the first run" });
    await second.stop();
  });
});

describe("a start is refused", () => {
  test("on a port in use, by its number", SLOW, async () => {
    const port = Number(new URL(host.url).port);
    const stateDir = join(work, "other");
    await expect(startHost(options(assembly, { stateDir, port }))).rejects.toThrow(
      `Port ${port} is in use`,
    );
  });

  test("on state that another host works on", SLOW, async () => {
    await expect(startHost(options(assembly))).rejects.toThrow(/another host/i);
  });

  test("of a type or property that the host does not know", { timeout: 60_000 }, async () => {
    const stranger = await synthesizeSmallApp(journal, {
      extend: (stack) => {
        new StringParameter(stack, "Parameter", { stringValue: "x" });
        new Queue(stack, "Ordered", { fifo: true });
      },
    });
    const stateDir = join(work, "strange");
    const refusal = await startHost(options(stranger, { stateDir })).catch(String);
    expect(refusal).toContain("(AWS::SSM::Parameter): the type is not known");
    expect(refusal).toMatch(/Ordered.*FifoQueue/s);
    expect(existsSync(stateDir)).toBe(false);
  });
});
