import type { Money } from "../../shared/core/money/money.ts";
import type { WrittenRecord } from "../../shared/core/write-back/changes.ts";
import { parseTarget, type Target, targetText } from "../../shared/core/write-back/write-back.ts";
import type {
  PageOf,
  Refusal,
  Standing,
  WriteBackRun,
  WriteBackStore,
  WriteLine,
} from "../../shared/write-back/ports.ts";
import { shardOf } from "../../shared/write-back/shards.ts";

/** Small, so that there are several. */
const PAGE = 3;

/** What is written back, held in memory. */
export function memoryFigureStore(): WriteBackStore {
  let standing: Standing = {};
  const runs = new Map<string, WriteBackRun>();
  const given = new Map<string, readonly Target[]>();
  const shares = new Map<string, Map<string, readonly Money[]>>();
  const due = new Map<string, readonly Refusal[]>();
  const written = new Map<string, readonly WrittenRecord[]>();
  const lines = new Map<string, readonly WriteLine[]>();
  const page = <Value, Item>(
    all: ReadonlyMap<string, Value>,
    { shard, after = "" }: { readonly shard: string; readonly after: string | undefined },
    itemOf: (target: Target, value: Value) => Item,
  ): PageOf<Item> => {
    const meant = [...all].filter(([key]) => key > after && shardOf(read(key)) === shard).sort();
    const some = meant.slice(0, PAGE);
    const items = some.map(([key, value]) => itemOf(read(key), value));
    const last = some.at(-1)?.[0];
    return meant.length > PAGE && last ? { items, next: last } : { items };
  };
  return {
    standing: async () => standing,
    async begin(run, before) {
      if (before.run !== standing.run) return "taken";
      runs.set(run.id, run);
      const isHeld = run.isDry ? before.isHeld : run.task === "clear";
      standing = { ...before, run: run.id, ...(isHeld === undefined ? {} : { isHeld }) };
      return "begun";
    },
    loadRun: async (id) => runs.get(id),
    async moveOn(run, from) {
      if (runs.get(run.id)?.page !== from) return "taken";
      runs.set(run.id, run);
      return "moved";
    },
    async keepGathered(gathered) {
      standing = { ...standing, gathered };
    },
    givenBy: async (id) => given.get(id) ?? [],
    async keepGiven(id, targets) {
      given.set(id, targets);
    },
    async keepShares(id, some) {
      for (const { target, sums } of some) {
        const theirs = shares.get(targetText(target)) ?? new Map();
        shares.set(targetText(target), theirs.set(id, sums));
      }
    },
    sharesOf: async (target) => [...(shares.get(targetText(target)) ?? new Map()).values()].flat(),
    async addDue(targets) {
      for (const target of targets) due.set(targetText(target), due.get(targetText(target)) ?? []);
    },
    duePage: async (shard, after) =>
      page(due, { shard, after }, (target, refusals) => ({ target, refusals })),
    async settle({ target, refusals }) {
      if (refusals.length === 0) due.delete(targetText(target));
      else due.set(targetText(target), refusals);
    },
    written: async (targets) =>
      new Map(
        targets.flatMap((target) => {
          const records = written.get(targetText(target));
          return records ? [[targetText(target), records] as const] : [];
        }),
      ),
    async keepWritten(target, records) {
      if (records.length === 0) written.delete(targetText(target));
      else written.set(targetText(target), records);
    },
    writtenPage: async (shard, after) =>
      page(written, { shard, after }, (target, records) => ({ target, records })),
    async keepLines(run, at, some) {
      if (some.length > 0) lines.set(`${run}#${String(at).padStart(8, "0")}`, some);
    },
    async lines(run, after = "") {
      const keys = [...lines.keys()].filter((key) => key.startsWith(`${run}#`)).sort();
      const [key, ...more] = keys.filter((one) => one > after);
      if (key === undefined) return { items: [] };
      return { items: lines.get(key) ?? [], ...(more.length > 0 ? { next: key } : {}) };
    },
  };
}

function read(text: string): Target {
  const target = parseTarget(text);
  if (!target) throw new Error(`${text} names no target`);
  return target;
}
