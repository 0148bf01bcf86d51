import { createHash } from "node:crypto";
import * as fc from "fast-check";
import type { LedgerEntry } from "../../shared/core/ledger/entry.ts";
import { CLOSING_KINDS } from "../../shared/core/ledger/entry.ts";
import type { Rate } from "../../shared/core/ledger/rates.ts";
import { refusal } from "../../shared/core/ledger/refusal.ts";
import type { LedgerStore, LedgerWorld } from "../../shared/revenue/ledger-ports.ts";
import type { OpportunityFacts } from "../../shared/revenue/opportunity-facts.ts";

export const digest = (text: string) => createHash("sha256").update(text).digest("base64url");

/** Two currencies with a rate, one of them without decimals; CHF has none. */
export const RATES: readonly Rate[] = [
  { currency: "EUR", rate: "0.92", source: "a table", readAt: "2026-01-01T00:00:00.000Z" },
  { currency: "JPY", rate: "150", source: "a table", readAt: "2026-01-01T00:00:00.000Z" },
];

export const START_MS = Date.parse("2026-06-01T08:00:00.000Z");

/** A world whose clock goes on by a second each time that it is looked at. */
export function ledgerWorld(ledger: LedgerStore, startMs = START_MS) {
  const clock = { ms: startMs };
  const world: LedgerWorld = {
    ledger,
    digest,
    corporateCurrency: "USD",
    now: () => {
      clock.ms += 1000;
      return clock.ms;
    },
  };
  return { world, clock };
}

/** A deal that is won: everything that a test does not care about. */
export function won(more: Partial<OpportunityFacts> = {}): OpportunityFacts {
  return {
    opportunityId: "a1",
    recordVersion: 1,
    won: true,
    amount: { minor: 10_000n, currency: "EUR" },
    closedOn: "2026-05-20",
    owner: "ann@x.example",
    actor: "Salesforce",
    because: "closed and won: Closed Won",
    afterwards: [],
    ...more,
  };
}

const money = fc.record({
  minor: fc.bigInt({ min: 0n, max: 10n ** 11n }),
  currency: fc.constantFrom("EUR", "EUR", "JPY", "USD", "CHF"),
});

/** What a version of a record may say; rarely something that nobody can post. */
const facts = fc.record({
  won: fc.constantFrom(true, true, true, false),
  amount: fc.option(money, { freq: 8 }),
  closedOn: fc.constantFrom("2026-04-30", "2026-05-20", "2026-05-20", "2026-06-01", null, "05-20"),
  owner: fc.constantFrom("ann@x.example", "bob@x.example", null),
  unreadable: fc.constantFrom(undefined, undefined, undefined, "finer-than-minor-unit" as const),
  refunded: fc.option(fc.bigInt({ min: 0n, max: 10n ** 11n }), { freq: 2 }),
  renewed: fc.option(fc.bigInt({ min: 0n, max: 10n ** 6n }), { freq: 2 }),
});

/** A made-up history of one opportunity: what its record says, version by version. */
export const history = fc.array(facts, { minLength: 1, maxLength: 8 }).map((all) =>
  all.map(({ unreadable, refunded, renewed, ...one }, index): OpportunityFacts => {
    const { currency = "EUR" } = one.amount ?? {};
    const total = (kind: "refunded" | "renewed", minor: bigint | null) =>
      minor === null ? [] : [{ kind, amount: { minor, currency }, day: "2026-06-02" }];
    return won({
      ...one,
      recordVersion: index + 1,
      because: "as its stage says",
      ...(unreadable
        ? { unreadable: refusal(unreadable, "the amount has too many decimals") }
        : {}),
      afterwards: [...total("refunded", refunded), ...total("renewed", renewed)],
    });
  }),
);

/** What closing entries add up to, where it is not nothing: by currency, day and owner. */
export function closingSums(entries: readonly LedgerEntry[]): Record<string, bigint> {
  const sums: Record<string, bigint> = {};
  for (const { kind, amount, effectiveDay, owner } of entries) {
    if (!CLOSING_KINDS.has(kind)) continue;
    const key = `${amount.currency} ${effectiveDay} ${owner}`;
    sums[key] = (sums[key] ?? 0n) + amount.minor;
  }
  return Object.fromEntries(Object.entries(sums).filter(([, minor]) => minor !== 0n));
}

/** A store that fails at its `at`-th call, before or after it did what it was asked to. */
export function failingStore<Store extends object>(
  store: Store,
  { at, when }: { readonly at: number; readonly when: "before" | "after" },
): Store {
  let calls = 0;
  return new Proxy(store, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== "function") return method;
      return async (...args: unknown[]) => {
        calls += 1;
        const fails = calls === at;
        if (fails && when === "before") throw new Error("the store is gone");
        const answer: unknown = await method.apply(target, args);
        if (fails) throw new Error("the answer is lost");
        return answer;
      };
    },
  });
}
