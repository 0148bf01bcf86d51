import type { CreditRow, VersionName } from "../../shared/core/attribution/credit-row.ts";
import type { CreditStep } from "../../shared/core/attribution/credit-step.ts";
import type { EndedJourney } from "../../shared/core/attribution/learn.ts";
import type { InForce, ModelVersion } from "../../shared/core/attribution/version.ts";
import type { Block, BlockStore } from "../../shared/revenue/block-ports.ts";
import type { CreditedPage, CreditStore, RunOutcome } from "../../shared/revenue/credit-ports.ts";

/** Steps a page; so few that a test sees several. */
const PAGE = 7;

/** Steps, credits and versions, held in memory. `rows` may be looked into, and tampered with. */
export function memoryCreditStore() {
  const steps = new Map<string, CreditStep[]>();
  const rows = new Map<string, CreditRow>();
  const versions: ModelVersion[] = [];
  const inForce: InForce[] = [];
  const begun: string[] = [];
  const learning = new Map<string, readonly EndedJourney[]>();
  const outcomes = new Map<string, RunOutcome>();
  const making = new Map<string, CreditedPage>();
  const isOf = (version: VersionName) => (row: CreditRow) =>
    row.model === version.model && row.version === version.version;
  const all = (version: VersionName) => [...rows.values()].filter(isOf(version));
  const store: CreditStore = {
    stepsOf: async (id) => [...(steps.get(id) ?? [])],
    async addStep(step) {
      const before = steps.get(step.opportunityId) ?? [];
      if (before.some(({ number }) => number === step.number)) return "taken";
      steps.set(step.opportunityId, [...before, step]);
      return "added";
    },
    async keepCredits(some) {
      for (const row of some) {
        const key = [row.opportunityId, row.model, row.version, row.step].join("#");
        if (!rows.has(key)) rows.set(key, row);
      }
    },
    async *stepsBetween({ from, to }) {
      for (const chain of steps.values())
        yield chain.filter(({ at }) => at > from && at <= to).map(({ taken: _, ...step }) => step);
    },
    async firstStepAfter(moment) {
      const later = [...steps.values()].flat().map(({ at }) => at);
      return later.filter((at) => at > moment).sort()[0];
    },
    creditsOf: async (id, version) =>
      all(version)
        .filter(({ opportunityId }) => opportunityId === id)
        .sort((one, other) => one.step - other.step),
    async page(version, month, after = "0") {
      const placeOf = ({ at, opportunityId, step }: CreditRow) =>
        `${at}#${opportunityId}#${String(step).padStart(8, "0")}`;
      const inMonth = all(version)
        .filter(({ at }) => at.startsWith(month))
        .sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
      const end = Number(after) + PAGE;
      const items = inMonth.slice(Number(after), end);
      return end < inMonth.length ? { items, next: String(end) } : { items };
    },
    async *creditsBetween(version, { from, to }) {
      yield all(version).filter(({ at }) => at > from && at <= to);
    },
    async *creditsIn(version, month) {
      yield all(version).filter(({ effectiveDay }) => effectiveDay.startsWith(month));
    },
    async stepsPage({ month, shard }, after = "", most) {
      const place = ({ at, opportunityId, number }: CreditStep) =>
        `${at}#${opportunityId}#${number}`;
      const meant = [...steps.values()]
        .flat()
        .filter((one) => one.at.startsWith(month) && one.opportunityId.startsWith(shard))
        .filter((one) => place(one) > after)
        .sort((one, other) => (place(one) < place(other) ? -1 : 1));
      const page = meant.slice(0, most);
      const last = page.at(-1);
      return { steps: page, ...(last && meant.length > most ? { next: place(last) } : {}) };
    },
    async keepEnded(run, page, journeys) {
      const key = `${run}#${page}`;
      if (!learning.has(key)) learning.set(key, journeys);
    },
    async *ended(run) {
      for (const [key, journeys] of learning) if (key.startsWith(`${run}#`)) yield journeys;
    },
    async endRun(run, outcome) {
      if (!outcomes.has(run)) outcomes.set(run, outcome);
    },
    runOutcome: async (run) => outcomes.get(run),
    async keepProgress(version, page) {
      const key = `${version.model}@${version.version}#${page.shard}#${page.page}`;
      if (!making.has(key)) making.set(key, page);
    },
    progress: async ({ model, version }) =>
      [...making].flatMap(([key, page]) => (key.startsWith(`${model}@${version}#`) ? [page] : [])),
    versions: async () => ({
      ...{ versions: [...versions], inForce: [...inForce] },
      ...(begun[0] === undefined ? {} : { begunAt: begun[0] }),
    }),
    async keepBeginning(at) {
      begun.push(at);
    },
    async keepVersion(version) {
      const isKnown = versions.some((one) => isSame(one, version) && one.madeAt === version.madeAt);
      if (!isKnown) versions.push(version);
    },
    async putInForce(one) {
      if (!inForce.some((known) => isSame(known, one) && known.since === one.since))
        inForce.push(one);
    },
  };
  return { store, rows, steps };
}

function isSame(one: VersionName, other: VersionName): boolean {
  return one.model === other.model && one.version === other.version;
}

/** Sums of credits, held in memory. */
export function memoryBlockStore(): BlockStore {
  const blocks = new Map<string, Block>();
  const keyOf = (
    { model, version }: VersionName,
    { dimension, level }: Omit<Block, "start" | "lines">,
  ) => `${model}@${version} ${dimension} ${level} `;
  const under = (prefix: string) =>
    [...blocks]
      .filter(([key]) => key.startsWith(prefix))
      .map(([, block]) => block)
      .sort((one, other) => (one.start < other.start ? -1 : 1));
  return {
    async keepBlocks(version, some) {
      for (const one of some) {
        const key = `${keyOf(version, one)}${one.start}`;
        if (!blocks.has(key)) blocks.set(key, one);
      }
    },
    blocks: async (version, { from, before, ...of }) =>
      under(keyOf(version, of)).filter(({ start }) => start >= from && start < before),
    lastBlock: async (version, of) => under(keyOf(version, of)).at(-1)?.start,
  };
}
