import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { dynamoCreditWorld } from "../../shared/dynamodb/credit-world.ts";
import { dynamoLedgerWorld } from "../../shared/dynamodb/ledger-world.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { creditOpportunity } from "../../shared/revenue/credit-opportunity.ts";
import { postOpportunity } from "../../shared/revenue/post-opportunity.ts";
import { type Ask, apiWorld, askApi } from "../support/ask-api.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { sourceTouch } from "../support/journey-builders.ts";
import { RATES, won } from "../support/ledger-scene.ts";
import { serveApi } from "../support/served-api.ts";
import { recordWith } from "../support/sync-builders.ts";

const SLOW_MS = 60_000;

/** Deals are posted, and credited by every model, in tables that share the core. */
const SETUP_MS = 180_000;
const MINUTE_MS = 60_000;

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;
let api: Awaited<ReturnType<typeof serveApi>>;
let ask: Ask;
const clock = { ms: Date.parse("2026-11-05T09:00:00.000Z") };

/** A deal that one person led to, who answered campaigns. */
async function winOf(campaigns: readonly string[], amount: bigint) {
  const { db, tables } = dynamo;
  const [person, deal] = [randomUUID(), randomUUID()];
  const store = dynamoRecordStore(db, tables);
  await store.save(recordWith({}, [], { id: person, kind: "person", version: 0 }));
  await store.save(
    recordWith({ closeDate: "2026-10-20" }, [], {
      id: deal,
      kind: "opportunity",
      persons: [person],
      version: 0,
    }),
  );
  const touches = campaigns.map((name, index) =>
    sourceTouch(`2026-09-0${index + 1}T08:00:00.000Z`, "Webinar", {
      ...{ kind: "campaign-response", campaign: { id: name, name } },
    }),
  );
  await store.keepTouches(person, touches);
  const ledger = { ...dynamoLedgerWorld(db, tables.ledger), now: () => clock.ms };
  const money = { minor: amount, currency: "EUR" };
  await postOpportunity(
    ledger,
    won({ opportunityId: deal, amount: money, closedOn: "2026-10-20" }),
  );
  const crediting = { ...dynamoCreditWorld(db, tables), now: () => clock.ms };
  await creditOpportunity(crediting, deal);
}

beforeAll(async () => {
  dynamo = await openDynamoTables();
  const { db, tables } = dynamo;
  const ledger = { ...dynamoLedgerWorld(db, tables.ledger), now: () => clock.ms };
  const crediting = { ...dynamoCreditWorld(db, tables), now: () => clock.ms };
  const { world } = apiWorld(dynamo, { ledger, crediting });
  ask = askApi(world);
  api = await serveApi(world);
  for (const rate of RATES) await ledger.ledger.keepRate(rate);
  await winOf(["Spring webinar"], 92_000n);
  await winOf(["Word of mouth", "Friends"], 9_200n);
  clock.ms += 2 * MINUTE_MS;
}, SETUP_MS);

afterAll(async () => {
  await api?.stop();
  await dynamo?.stop();
});

const lines = z.object({
  lines: z.array(z.object({ currency: z.string(), corporate: z.string() })),
});

function cents(decimal: string): bigint {
  return BigInt(decimal.replace(".", ""));
}

describe("finance at the terminal", { timeout: SLOW_MS }, () => {
  const fileOf = (name: string, ...rows: readonly string[]) => {
    const file = join(api.home, name);
    writeFileSync(file, `campaign,period,amount,currency,correction\n${rows.join("\n")}\n`);
    return file;
  };
  const importOf = (file: string) =>
    api.accord(["revenue", "costs", "import", file, "--because", "bills"]);

  test("C1, C3: imports what campaigns cost, once, and nothing of a file with a wrong line", async () => {
    const wrong = fileOf(
      "wrong.csv",
      "Spring webinar,2026-10,46.00,EUR,",
      "Fair,October,1.00,EUR,",
    );
    const refused = await importOf(wrong);
    expect([refused.code, refused.err]).toEqual([
      1,
      "accord: nothing was posted; line 2: not-a-month: 'October' is no month; expected one such as 2026-10\n",
    ]);
    expect((await api.accord("revenue costs list --period 2026")).out).toBe("No cost is known.\n");
    const right = fileOf(
      "right.csv",
      "Spring webinar,2026-10,46.00,EUR,",
      "Fair,2026-09,30.00,USD,",
    );
    expect((await importOf(right)).out).toBe("2 costs posted, 0 were posted before\n");
    expect((await importOf(right)).out).toBe("0 costs posted, 2 were posted before\n");
    const listed = await api.accord("revenue costs list --period 2026-Q4");
    expect(listed.out).toMatch(
      /^Spring webinar +2026-10 +46[.]00 +EUR +USD 50[.]00 +0[.]92 +2026-01-01 +Spring webinar +yes +2026-11-05 +fay +bills$/m,
    );
    expect(listed.out).not.toContain("Fair");
  });

  test("C7, C8: sees what each returned, and all of it adds up to the revenue report", async () => {
    const { code, out } = await api.accord("revenue roi --model linear --by campaign");
    expect(code).toBe(0);
    expect(out).toMatch(/^Spring webinar +1000[.]00 +50[.]00 +950[.]00 +19[.]0000 +USD +1$/m);
    expect(out).toMatch(/^Word of mouth +50[.]00 +- +50[.]00 +- +USD +1$/m);
    expect(out).toMatch(/^Fair +- +30[.]00 +-30[.]00 +-1[.]0000 +USD +0$/m);
    expect(out).toMatch(/^total +1100[.]00 +80[.]00 +1020[.]00 +12[.]7500 +USD +2$/m);
    const as = { sub: "vic", accord_role: "viewer" };
    const revenue = await ask("GET /api/revenue", { as, query: { model: "linear" } });
    const returns = await ask("GET /api/revenue/roi", { as, query: { model: "linear" } });
    const sum = lines
      .parse(revenue.body)
      .lines.reduce((all, one) => all + cents(one.corporate), 0n);
    expect(cents(returns.body.totals[0].revenue)).toBe(sum);
    expect(returns.body.lines).toContainEqual(
      expect.objectContaining({ label: "(unattributed)", attributed: false, has: "revenue" }),
    );
  });

  test("costs of months that are not asked for do not count", async () => {
    const { out } = await api.accord("revenue roi --from 2026-10-01 --to 2026-11-01");
    expect(out).toMatch(/^total +1100[.]00 +50[.]00 +1050[.]00 /m);
    expect(out).not.toContain("Fair");
    const cut = await api.accord("revenue roi --from 2026-10-15");
    expect([cut.code, cut.err]).toEqual([
      1,
      expect.stringContaining("2026-10-15 is in the middle"),
    ]);
  });

  test("P6, C6: as of a moment the answer is the same to the byte, whatever was corrected since", async () => {
    clock.ms += 2 * MINUTE_MS;
    const asOf = new Date(clock.ms - MINUTE_MS).toISOString();
    const asked = `revenue roi --as-of ${asOf} --json`;
    const before = (await api.accord(asked)).out;
    const corrected = fileOf("corrected.csv", "Spring webinar,2026-10,92.00,EUR,1");
    expect((await importOf(corrected)).out).toBe("1 costs posted, 0 were posted before\n");
    clock.ms += 2 * MINUTE_MS;
    expect((await api.accord(asked)).out).toBe(before);
    expect((await api.accord("revenue roi")).out).toMatch(/^Spring webinar +1000[.]00 +100[.]00 /m);
    const listed = (await api.accord("revenue costs list")).out;
    expect(listed).toMatch(/^Spring webinar +2026-10 +46[.]00 .* Spring webinar +no /m);
    expect(listed).toMatch(/^Spring webinar +2026-10 +92[.]00 .* correction 1 +yes /m);
  });

  test("only finance imports costs", async () => {
    const body = {
      costs: [{ campaign: "X", period: "2026-10", amount: "1", currency: "USD" }],
      because: "a try",
    };
    const asked = await ask("POST /api/revenue/costs/import", { body });
    expect([asked.status, asked.body.error]).toEqual([
      403,
      "this asks for the role finance; yours: admin",
    ]);
  });

  test("a file of other columns is told what it takes", async () => {
    const file = join(api.home, "other.csv");
    writeFileSync(file, "campaign,month\nSpring,2026-10\n");
    expect((await importOf(file)).err).toContain(
      "is no CSV file with the columns campaign, period, amount, currency and none but reference, correction besides",
    );
  });
});
