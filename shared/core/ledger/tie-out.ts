import { convertMoney } from "../money/convert.ts";
import { addMoney, formatMoney, type Money } from "../money/money.ts";
import { CLOSING_KINDS, type FrozenRate, type LedgerEntry } from "./entry.ts";
import { type Exchange, rateOn } from "./rates.ts";

/** Why the ledger and a CRM say another amount of one opportunity. */
export const TIE_OUT_CAUSES = [
  "not-yet-synced",
  "not-yet-posted",
  "amount-parked",
  "refused",
  "currency",
  "edited-after-close",
  "deleted",
  "one-side-alone",
  "rate",
  "not-as-posted",
] as const;

export type TieOutCause = (typeof TIE_OUT_CAUSES)[number];

/** What the ledger says of one opportunity on the days that are tied out, in one currency. */
export interface Standpoint {
  readonly opportunityId: string;
  readonly amount: Money;
  readonly corporate: Money;
  readonly rate: FrozenRate;
}

/** The closing entries of the days, added up by opportunity and currency; what came to nothing left out. */
export function standpointsOf(entries: readonly LedgerEntry[]): Standpoint[] {
  const found = new Map<string, Standpoint>();
  for (const { kind, opportunityId, amount, corporate, rate } of entries) {
    if (!CLOSING_KINDS.has(kind)) continue;
    const key = `${opportunityId} ${amount.currency}`;
    const before = found.get(key);
    found.set(key, {
      opportunityId,
      amount: before ? addMoney(before.amount, amount) : amount,
      corporate: before ? addMoney(before.corporate, corporate) : corporate,
      rate,
    });
  }
  return [...found.values()].filter(
    ({ amount, corporate }) => amount.minor !== 0n || corporate.minor !== 0n,
  );
}

/** What is known of an opportunity over which the two differ, from our record of it and from the CRM. */
export interface Known {
  /** What our record says its amount is; undefined: no record of ours holds the deal. */
  readonly recordAmount: Money | null | undefined;
  readonly parked: boolean;
  /** Why our record does not count it as won, where it does not. */
  readonly notWon: string | undefined;
  /** Salesforce, where deals are won, does not have it any more. */
  readonly goneInSalesforce: boolean;
  /** The ledger refused to post it. */
  readonly refused: boolean;
  /** Of a deal that the CRM does not count on those days: what became of it there. */
  readonly elsewhere: "deleted" | "not-won" | "other-day" | "never-there" | undefined;
}

/** Why two accounts of one opportunity differ (G12). The first that is true is told. */
export function causeOf(
  { ledger, crm }: { readonly ledger: Money | null; readonly crm: Money | null },
  { elsewhere, parked, recordAmount, refused, notWon, goneInSalesforce }: Known,
): TieOutCause {
  if (elsewhere === "deleted") return "deleted";
  if (elsewhere === "never-there") return "one-side-alone";
  if (elsewhere) return "edited-after-close";
  if (parked) return "amount-parked";
  if (recordAmount === undefined) return "not-yet-synced";
  if (refused) return "refused";
  if (notWon !== undefined) return goneInSalesforce ? "deleted" : "edited-after-close";
  if (ledger && crm && ledger.currency !== crm.currency) return "currency";
  if (sameMoney(recordAmount, crm)) return "not-yet-posted";
  return ledger ? "edited-after-close" : "not-yet-synced";
}

/** Nothing and an amount of nothing are the same. */
export function sameMoney(one: Money | null, other: Money | null): boolean {
  const [mine, yours] = [one?.minor ?? 0n, other?.minor ?? 0n];
  if (mine === 0n && yours === 0n) return true;
  return mine === yours && one?.currency === other?.currency;
}

/** What the amount comes to at its frozen rate, less what its entries say: nothing, unless one was changed (G4). */
export function conversionFault({ amount, corporate, rate }: Standpoint): Money | undefined {
  const { currency } = corporate;
  const whole =
    amount.currency === currency ? amount : convertMoney(amount, { currency, rate: rate.rate });
  return whole && { currency, minor: whole.minor - corporate.minor };
}

/** What the amount comes to at the latest rate, less what it came to at the rate that was frozen. */
export function rateDifference(
  { amount, corporate, rate }: Standpoint,
  exchange: Exchange,
  day: string,
): Money | undefined {
  const latest = rateOn(exchange, { currency: amount.currency, day });
  if (!latest || latest.rate === rate.rate) return undefined;
  const converted = convertMoney(amount, { currency: corporate.currency, rate: latest.rate });
  return converted && { ...corporate, minor: converted.minor - corporate.minor };
}

/** What a CRM says, less what the ledger says; of two currencies, both. */
export function differenceText(crm: Money | null, ledger: Money | null): string {
  if (crm && ledger && crm.currency !== ledger.currency)
    return `${crm.currency} ${formatMoney(crm)} less ${ledger.currency} ${formatMoney(ledger)}`;
  const currency = crm?.currency ?? ledger?.currency ?? "";
  const minor = (crm?.minor ?? 0n) - (ledger?.minor ?? 0n);
  return `${currency} ${formatMoney({ minor, currency })}`;
}
