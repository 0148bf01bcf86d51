import { formatMoney, type Money } from "../money/money.ts";
import type { LedgerEntry } from "./entry.ts";
import { fieldsOf, jsonOf, moneyOf } from "./entry-text.ts";

/** A line of a file of credits, as far as it is checked. */
interface CreditedLine {
  readonly version: string;
  readonly opportunityId: string;
  readonly step: number;
  readonly at: string;
  /** Null: the journey was taken again, and no money was posted. */
  readonly sequence: number | null;
  readonly entryHash: unknown;
  readonly said: Pair;
  /** What touches are given, and what nobody earned. */
  readonly parts: readonly Pair[];
}

/** In the deal's currency and in the corporate one. */
interface Pair {
  readonly amount: Money;
  readonly corporate: Money;
}

interface Behind {
  /** `u-shaped@1f0c9a2e`. */
  readonly version: string;
  readonly chains: ReadonlyMap<string, readonly LedgerEntry[]>;
  /** The last moment whose entries the closed report holds. */
  readonly cutoff: string;
}

/**
 * What is wrong with the credits of one version (G13): of every entry up to the close there is one line, and
 * what it gives to touches and leaves unattributed adds up to the entry, exactly, in both currencies (P5).
 */
export function creditFaults(text: string, behind: Behind): string[] {
  const faults: string[] = [];
  const credited = new Set<string>();
  const lines = text.split("\n");
  if (lines.pop() !== "") faults.push("it does not end");
  let before: CreditedLine | undefined;
  for (const [index, line] of lines.entries()) {
    const read = parseCredit(line);
    if (!read) {
      faults.push(`line ${index + 1}: it tells of no credits`);
      continue;
    }
    const at = `line ${index + 1}: step ${read.step} of opportunity ${read.opportunityId}`;
    for (const fault of lineFaults(read, before, behind)) faults.push(`${at}: ${fault}`);
    if (read.sequence !== null) credited.add(`${read.opportunityId}#${read.sequence}`);
    before = read;
  }
  for (const [id, chain] of behind.chains)
    for (const { sequence, postedAt } of chain)
      if (postedAt <= behind.cutoff && !credited.has(`${id}#${sequence}`))
        faults.push(`entry ${sequence} of opportunity ${id} is not credited`);
  return faults;
}

function lineFaults(
  line: CreditedLine,
  before: CreditedLine | undefined,
  { version, chains, cutoff }: Behind,
): string[] {
  const faults: string[] = [];
  if (line.version !== version) faults.push(`it is of ${line.version}`);
  if (!isNext(before, line)) faults.push("it is not in its place");
  if (line.at > cutoff) faults.push("it is later than the close");
  const entry = chains.get(line.opportunityId)?.[(line.sequence ?? 0) - 1];
  if (line.sequence !== null && (!entry || !isOf(line, entry)))
    faults.push(`it is not of entry ${line.sequence} as it was posted`);
  if (line.sequence === null && (line.said.amount.minor !== 0n || line.said.corporate.minor !== 0n))
    faults.push("it gives money that no entry posted");
  for (const money of ["amount", "corporate"] as const) {
    const { currency, minor } = line.said[money];
    const sum = line.parts.reduce((all, part) => all + part[money].minor, 0n);
    const isOne = line.parts.every((part) => part[money].currency === currency);
    if (sum !== minor || !isOne)
      faults.push(
        `its ${money} is ${formatMoney({ currency, minor })}; its credits and what is unattributed: ${formatMoney({ currency, minor: sum })}`,
      );
  }
  return faults;
}

/** By opportunity, and each from its first step on without a gap. */
function isNext(before: CreditedLine | undefined, line: CreditedLine): boolean {
  if (before?.opportunityId === line.opportunityId) return line.step === before.step + 1;
  return line.step === 1 && (before === undefined || before.opportunityId < line.opportunityId);
}

function isOf({ said, at, entryHash, sequence }: CreditedLine, entry: LedgerEntry): boolean {
  const isWhich = entry.sequence === sequence && entry.hash === entryHash && entry.postedAt === at;
  return isWhich && isSame(said.amount, entry.amount) && isSame(said.corporate, entry.corporate);
}

function isSame(one: Money, other: Money): boolean {
  return one.minor === other.minor && one.currency === other.currency;
}

function parseCredit(line: string): CreditedLine | undefined {
  const told = fieldsOf(jsonOf(line));
  const { credits, sequence, opportunityId, step, at, model, version, entryHash } = told;
  const said = pairOf(told);
  const given: readonly unknown[] = Array.isArray(credits) ? credits : [];
  const parts = [...given, told["unattributed"]].map((one) => pairOf(fieldsOf(one)));
  const whole = parts.filter((part) => part !== undefined);
  if (!said || whole.length < parts.length || !Array.isArray(credits)) return undefined;
  if (typeof opportunityId !== "string" || typeof step !== "number" || typeof at !== "string")
    return undefined;
  if (sequence !== null && typeof sequence !== "number") return undefined;
  const named = `${model}@${version}`;
  return { version: named, opportunityId, step, at, sequence, entryHash, said, parts: whole };
}

function pairOf(said: Readonly<Record<string, unknown>>): Pair | undefined {
  const amount = moneyOf(said["amount"]);
  const corporate = moneyOf(said["corporate"]);
  return amount && corporate ? { amount, corporate } : undefined;
}
