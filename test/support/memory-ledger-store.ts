import type { LedgerEntry } from "../../shared/core/ledger/entry.ts";
import type { Rate } from "../../shared/core/ledger/rates.ts";
import { byPosting } from "../../shared/core/ledger/report.ts";
import type { Judged, LedgerStore, StoredClose } from "../../shared/revenue/ledger-ports.ts";

/** Entries a page; so few that a test sees several. */
const PAGE = 7;

/** The ledger, held in memory. `chains` may be looked into, and tampered with. */
export function memoryLedgerStore(rates: readonly Rate[] = []) {
  const chains = new Map<string, LedgerEntry[]>();
  const judged = new Map<string, Judged>();
  const closes: StoredClose[] = [];
  const known = [...rates];
  const all = () => [...chains.values()].flat();
  const store: LedgerStore = {
    firstMonth: "2026-01",
    load: async (id) => ({ entries: [...(chains.get(id) ?? [])], judged: judged.get(id) }),
    async post(entry) {
      const chain = chains.get(entry.opportunityId) ?? [];
      if (chain.some(({ sequence }) => sequence === entry.sequence)) return "taken";
      chains.set(entry.opportunityId, [...chain, entry]);
      return "posted";
    },
    async keepJudged(one) {
      const before = judged.get(one.opportunityId);
      if ((before?.recordVersion ?? 0) <= one.recordVersion) judged.set(one.opportunityId, one);
    },
    refused: async () => ({ items: [...judged.values()].filter((one) => one.refusals.length > 0) }),
    ofMonth: async (month, shard = "") =>
      all().filter(
        (one) => one.effectiveDay.startsWith(month) && one.opportunityId.startsWith(shard),
      ),
    postedBetween: async (from, to, shard = "") =>
      all().filter(
        ({ postedAt, opportunityId }) =>
          postedAt > from && postedAt <= to && opportunityId.startsWith(shard),
      ),
    async page(month, after = "0") {
      const inMonth = all().filter(({ postedAt }) => postedAt.startsWith(month));
      const start = Number(after);
      const items = inMonth.sort(byPosting).slice(start, start + PAGE);
      return start + PAGE < inMonth.length ? { items, next: String(start + PAGE) } : { items };
    },
    async firstPostedAfter(moment) {
      const later = all()
        .map(({ postedAt }) => postedAt)
        .filter((at) => at > moment);
      return later.sort()[0];
    },
    async opportunitiesIn(shard, today) {
      const posted = all().filter((one) => one.postedAt.slice(0, 7) <= today.slice(0, 7));
      const ids = posted.map(({ opportunityId }) => opportunityId);
      return [...new Set(ids)].filter((id) => id.startsWith(shard));
    },
    closes: async () => [...closes],
    async close(one) {
      if (closes.some(({ period }) => period === one.period)) return "taken";
      closes.push(one);
      return "closed";
    },
    ratesOf: async (currency) => known.filter((rate) => rate.currency === currency),
    async keepRate(rate) {
      const isSame = (one: Rate) =>
        one.currency === rate.currency && one.from === rate.from && one.readAt === rate.readAt;
      if (!known.some(isSame)) known.push(rate);
    },
  };
  return { store, chains, judged };
}
