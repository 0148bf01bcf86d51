import { learnedVersion, versionOf } from "../attribution/definition-version.ts";
import { convertMoney } from "../money/convert.ts";
import { formatMoney } from "../money/money.ts";
import { type Digest, findBreak } from "./chain.ts";
import { creditFaults } from "./check-credits.ts";
import type { LedgerEntry } from "./entry.ts";
import { fieldsOf, jsonOf, parseEntryText } from "./entry-text.ts";
import { type ClosedMonth, concerns, creditsFile, EVIDENCE, restatementsText } from "./evidence.ts";
import type { Close } from "./periods.ts";
import { reportOf } from "./report.ts";

/** What of a pack is not what it says that it is; `file` is where to look. */
interface EvidenceFault {
  readonly file: string;
  readonly says: string;
}

/** What a pack that holds turns out to say. */
export interface Checked {
  readonly faults: readonly EvidenceFault[];
  readonly chains: number;
  readonly entries: number;
  /** Versions of models whose credits were checked. */
  readonly versions: number;
}

/**
 * Checks a pack by its own files alone (G13): each entry and chain, the report and the restatements made
 * again from the entries, the rates, the models' versions, and that what each of them credits is the entries.
 *
 * @param files - The text of each file by its name; one that is missing is told of by the manifest.
 */
export function checkEvidence(
  files: Pick<ReadonlyMap<string, string>, "get">,
  digest: Digest,
): Checked {
  const text = (name: string) => files.get(name) ?? "";
  const close = readClose(text(EVIDENCE.close));
  if (!close)
    return {
      chains: 0,
      entries: 0,
      versions: 0,
      faults: [{ file: EVIDENCE.close, says: "it tells of no close" }],
    };
  const read = readEntries(text(EVIDENCE.entries));
  const chains = chainsOf(read.entries);
  const faults = [
    ...read.faults,
    ...chainFaults(chains, close, digest),
    ...reportFaults(text(EVIDENCE.report), { close, entries: read.entries, digest }),
    ...rateFaults(
      text(EVIDENCE.rates),
      read.entries.filter((entry) => concerns(entry, close)),
    ),
    ...modelFaults(text(EVIDENCE.models)),
  ];
  const versions = versionsIn(text(EVIDENCE.models));
  for (const version of versions) {
    const file = creditsFile(version);
    const behind = { version, chains, cutoff: close.cutoff };
    for (const says of creditFaults(text(file), behind)) faults.push({ file, says });
  }
  if (restatementsText(close, read.entries) !== text(EVIDENCE.restatements))
    faults.push({
      file: EVIDENCE.restatements,
      says: "it is not what the entries since the close come to",
    });
  const counts = { chains: chains.size, entries: read.entries.length, versions: versions.length };
  return { faults, ...counts };
}

function readClose(text: string): ClosedMonth | undefined {
  const said = fieldsOf(jsonOf(text));
  const [of, asOf, closes] = [closeOf(said), textOf(said["asOf"]), said["closes"]];
  const [by, because, reportHash] = [said["by"], said["because"], said["reportHash"]].map(textOf);
  if (!of || !Array.isArray(closes) || asOf === undefined) return undefined;
  if (by === undefined || because === undefined || reportHash === undefined) return undefined;
  const known = closes.map((one: unknown) => closeOf(fieldsOf(one)));
  if (!known.some((one) => one?.period === of.period)) return undefined;
  return { ...of, by, because, reportHash, asOf, closes: known.filter((one) => one !== undefined) };
}

function closeOf(said: Readonly<Record<string, unknown>>): Close | undefined {
  const { period, cutoff, closedAt } = said;
  if (typeof period !== "string" || typeof cutoff !== "string") return undefined;
  return typeof closedAt === "string" ? { period, cutoff, closedAt } : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function readEntries(text: string) {
  const faults: EvidenceFault[] = [];
  const entries: LedgerEntry[] = [];
  const tell = (line: number, says: string) =>
    faults.push({ file: EVIDENCE.entries, says: `line ${line}: ${says}` });
  const lines = text.split("\n");
  if (lines.pop() !== "") tell(lines.length + 1, "it does not end");
  for (const [index, line] of lines.entries()) {
    const entry = parseEntryText(line);
    const before = entries.at(-1);
    if (!entry) tell(index + 1, "it is no entry");
    else if (before && !isInOrder(before, entry))
      tell(
        index + 1,
        `entry ${entry.sequence} of opportunity ${entry.opportunityId} is not in its place`,
      );
    if (entry) entries.push(entry);
  }
  return { entries, faults };
}

function isInOrder(one: LedgerEntry, other: LedgerEntry): boolean {
  if (one.opportunityId !== other.opportunityId) return one.opportunityId < other.opportunityId;
  return one.sequence < other.sequence;
}

/** Not by `Map.groupBy`: an auditor's Node may be one that has none yet. */
function chainsOf(entries: readonly LedgerEntry[]): ReadonlyMap<string, readonly LedgerEntry[]> {
  const chains = new Map<string, LedgerEntry[]>();
  for (const entry of entries) {
    const chain = chains.get(entry.opportunityId) ?? [];
    chain.push(entry);
    chains.set(entry.opportunityId, chain);
  }
  return chains;
}

function chainFaults(
  chains: ReadonlyMap<string, readonly LedgerEntry[]>,
  { asOf }: ClosedMonth,
  digest: Digest,
): EvidenceFault[] {
  const file = EVIDENCE.entries;
  const faults: EvidenceFault[] = [];
  for (const [id, chain] of chains) {
    const broken = findBreak(id, chain, digest);
    if (broken)
      faults.push({ file, says: `entry ${broken.sequence} of opportunity ${id}: ${broken.says}` });
    const late = chain.find(({ postedAt }) => postedAt > asOf);
    if (late)
      faults.push({
        file,
        says: `entry ${late.sequence} of opportunity ${id}: it was posted later than the pack is of`,
      });
  }
  return faults;
}

function reportFaults(
  report: string,
  {
    close,
    entries,
    digest,
  }: {
    readonly close: ClosedMonth;
    readonly entries: readonly LedgerEntry[];
    readonly digest: Digest;
  },
): EvidenceFault[] {
  const { period, closedAt, cutoff, reportHash } = close;
  const faults: EvidenceFault[] = [];
  const tell = (says: string) => faults.push({ file: EVIDENCE.report, says });
  if (digest(report) !== reportHash) tell(`it is not the report with the hash ${reportHash}`);
  const closes = close.closes.filter((one) => one.period <= period);
  const made = reportOf({ period, asOf: closedAt, upTo: cutoff }, { entries, closes, digest });
  if (JSON.stringify(made) === report) return faults;
  tell("the entries make another report");
  const said = fieldsOf(jsonOf(report));
  for (const [part, value] of Object.entries(made)) {
    const [there, here] = [JSON.stringify(said[part]), JSON.stringify(value)];
    if (there !== here) tell(`its ${part} are ${there}; of the entries: ${here}`);
  }
  return faults;
}

/** Each rate that was frozen is one that was known, and each booking was converted by its own. */
function rateFaults(text: string, entries: readonly LedgerEntry[]): EvidenceFault[] {
  const told = jsonOf(text);
  const rates = Array.isArray(told) ? told.map((one: unknown) => fieldsOf(one)) : [];
  const known = new Set(
    rates.map(({ currency, rate, source, from, readAt }) =>
      JSON.stringify([currency, rate, source, from ?? String(readAt).slice(0, 10)]),
    ),
  );
  const faults: EvidenceFault[] = [];
  for (const { opportunityId, sequence, kind, amount, corporate, rate } of entries) {
    const at = `entry ${sequence} of opportunity ${opportunityId}`;
    const key = JSON.stringify([amount.currency, rate.rate, rate.source, rate.day]);
    const isOwn = amount.currency === corporate.currency && rate.rate === "1";
    if (!isOwn && !known.has(key))
      faults.push({ file: EVIDENCE.rates, says: `${at}: its rate ${rate.rate} is not among them` });
    const converted = convertMoney(amount, { currency: corporate.currency, rate: rate.rate });
    if (kind === "booked" && converted?.minor !== corporate.minor)
      faults.push({
        file: EVIDENCE.entries,
        says: `${at}: at its rate it comes to ${converted ? formatMoney(converted) : "nothing"}`,
      });
  }
  return faults;
}

function modelFaults(text: string): EvidenceFault[] {
  const told = jsonOf(text);
  if (!Array.isArray(told)) return [{ file: EVIDENCE.models, says: "it tells of no models" }];
  return told.flatMap((one: unknown) => {
    const { name, version, journey, definition, learned } = fieldsOf(one);
    const declared = versionOf({ journey, definition });
    return (learned === undefined ? declared : learnedVersion(declared, learned)) === version
      ? []
      : [
          {
            file: EVIDENCE.models,
            says: `model ${name}: version ${version} is of another definition`,
          },
        ];
  });
}

/** `u-shaped@1f0c9a2e`, of each model that the pack tells of. */
function versionsIn(models: string): string[] {
  const told = jsonOf(models);
  if (!Array.isArray(told)) return [];
  return told.map((one: unknown) => {
    const { name, version } = fieldsOf(one);
    return `${name}@${version}`;
  });
}
