import { parseCanonicalMoney } from "../codec/money-codec.ts";
import { formatMoney, type Money } from "../money/money.ts";
import { ENTRY_KINDS, type LedgerEntry } from "./entry.ts";

/** An entry as one line of JSON, everything that its hash is made of and the hash itself. */
export function entryText(entry: LedgerEntry): string {
  const { opportunityId, sequence, kind, effectiveDay, postedAt, rate } = entry;
  const { owner, recordVersion, actor, because, reference, previousHash, hash } = entry;
  return JSON.stringify({
    opportunityId,
    sequence,
    kind,
    effectiveDay,
    postedAt,
    amount: moneyText(entry.amount),
    corporate: moneyText(entry.corporate),
    rate: { rate: rate.rate, source: rate.source, day: rate.day },
    owner,
    recordVersion,
    actor,
    because,
    ...(reference === undefined ? {} : { reference }),
    previousHash,
    hash,
  });
}

/** The entry of a line; undefined where the line is not, byte for byte, what `entryText` makes of any. */
export function parseEntryText(line: string): LedgerEntry | undefined {
  const said = fieldsOf(jsonOf(line));
  const rate = fieldsOf(said["rate"]);
  const kind = ENTRY_KINDS.find((one) => one === said["kind"]);
  const amount = moneyOf(said["amount"]);
  const corporate = moneyOf(said["corporate"]);
  if (!kind || !amount || !corporate) return undefined;
  const { owner, reference } = said;
  const entry: LedgerEntry = {
    opportunityId: String(said["opportunityId"]),
    sequence: Number(said["sequence"]),
    kind,
    effectiveDay: String(said["effectiveDay"]),
    postedAt: String(said["postedAt"]),
    amount,
    corporate,
    rate: {
      rate: String(rate["rate"]),
      source: String(rate["source"]),
      day: String(rate["day"]),
    },
    owner: typeof owner === "string" ? owner : null,
    recordVersion: Number(said["recordVersion"]),
    actor: String(said["actor"]),
    because: String(said["because"]),
    ...(reference === undefined ? {} : { reference: String(reference) }),
    previousHash: String(said["previousHash"]),
    hash: String(said["hash"]),
  };
  return entryText(entry) === line ? entry : undefined;
}

export function moneyText(money: Money): string {
  return `${money.currency} ${formatMoney(money)}`;
}

/** Undefined where the text is no amount as `moneyText` writes it. */
export function moneyOf(text: unknown): Money | undefined {
  return typeof text === "string" ? parseCanonicalMoney(text) : undefined;
}

/** What JSON text says; undefined where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The fields of a JSON object; none of anything else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value))
    : {};
}
